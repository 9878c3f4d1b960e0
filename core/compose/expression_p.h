#pragma once

#include <QCborValue>
#include <QStringView>

#include <optional>
#include <vector>

#include "core/compose/template.h"

namespace SockScope {

/// A step below request.data: a key of a map or the index of a list.
struct ValueStep
{
    bool isIndex = false;
    qint64 index = 0;
    QString key;
};

struct Operation
{
    enum class Kind : quint8 {
        Push, ///< value
        Counter,
        Time, ///< text: its format
        Uuid,
        Random, ///< of two values, or of none when count is 0
        Peer,   ///< text: "", "address", "port"
        Request,
        Variable,
        Hex, ///< of a value and its number of digits
        Negate,
        Add,
        Subtract,
        Multiply,
        Divide,
        Remainder
    };
    Kind kind = Kind::Push;
    int column = 0;
    int length = 0;
    int count = 0;
    QCborValue value;
    QString text;
    std::vector<ValueStep> path;
};

/// An expression in the order of its calculation.
using Expression = std::vector<Operation>;

/// Reads the expression behind a {{ and stands behind its }} afterwards.
class ExpressionParser
{
public:
    ExpressionParser(QStringView text, qsizetype position)
        : m_text(text)
        , m_position(position)
    {
    }
    std::optional<Expression> parse();
    qsizetype position() const { return m_position; }
    const TemplateError &error() const { return m_error; }

private:
    struct Token
    {
        enum class Kind : quint8 { End, Close, Word, Number, Text, Sign, Wrong };
        Kind kind = Kind::End;
        int column = 0;
        int length = 0;
        QString text;
        QCborValue value;
        bool isSign(QChar sign) const { return kind == Kind::Sign && text == sign; }
    };
    void next();
    void readNumber();
    void readText(QChar quote);
    bool sum(int depth);
    bool product(int depth);
    bool factor(int depth);
    bool operand(int depth);
    bool word(int depth);
    bool arguments(Operation operation, int count, int depth);
    bool time(Operation operation);
    bool request(Operation operation);
    bool path(Operation &operation);
    bool startsOperand() const;
    bool add(Operation operation);
    bool fail(const QString &what);
    bool failAt(int column, int length, const QString &what);
    Operation make(Operation::Kind kind) const;

    const QStringView m_text;
    qsizetype m_position;
    Token m_token;
    Expression m_operations;
    TemplateError m_error;
    bool m_failed = false;
};

/// Nothing and *error when it cannot be calculated now.
std::optional<QCborValue> evaluate(const Expression &expression, ComposeContext &context, TemplateError *error);
/// Whether it has the same value in each message.
bool isConstant(const Expression &expression);

} // namespace SockScope
