#include "core/compose/expression_p.h"

#include <QCborArray>
#include <QCborMap>
#include <QDateTime>
#include <QTimeZone>
#include <QUuid>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = Operation::Kind;

constexpr qint64 second = 1'000'000'000;

/// Rounds down, before 1970 too.
qint64 floored(qint64 ns, qint64 unit)
{
    return ns / unit - (ns % unit < 0 ? 1 : 0);
}

class Evaluation
{
public:
    Evaluation(ComposeContext &context, TemplateError *error)
        : m_context(context)
        , m_error(error)
    {
    }
    std::optional<QCborValue> run(const Expression &expression)
    {
        for (const Operation &operation : expression) {
            if (!step(operation))
                return std::nullopt;
        }
        return m_stack.back();
    }

private:
    bool fail(const Operation &operation, const QString &what)
    {
        if (m_error)
            *m_error = {operation.column, operation.length, what};
        return false;
    }
    bool push(const QCborValue &value)
    {
        m_stack.push_back(value);
        return true;
    }
    QCborValue pop()
    {
        QCborValue value = m_stack.back();
        m_stack.pop_back();
        return value;
    }
    bool step(const Operation &operation);
    bool time(const Operation &operation);
    bool random(const Operation &operation);
    bool peer(const Operation &operation, const Endpoint &peer);
    bool request(const Operation &operation);
    bool below(const Operation &operation, QCborValue value);
    bool hex(const Operation &operation);
    bool calculate(const Operation &operation);
    bool whole(const Operation &operation, qint64 a, qint64 b);
    bool real(const Operation &operation, double a, double b);

    ComposeContext &m_context;
    TemplateError *m_error;
    std::vector<QCborValue> m_stack;
};

bool Evaluation::step(const Operation &operation)
{
    switch (operation.kind) {
    case Kind::Push:
        return push(operation.value);
    case Kind::Counter:
        return push(m_context.counter);
    case Kind::Time:
        return time(operation);
    case Kind::Uuid: {
        const quint64 high = m_context.random();
        const quint64 low = m_context.random();
        QByteArray bytes(16, '\0');
        for (int i = 0; i < 8; ++i) {
            bytes[i] = static_cast<char>(high >> (8 * i));
            bytes[8 + i] = static_cast<char>(low >> (8 * i));
        }
        bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40); // RFC 9562: version 4
        bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
        return push(QUuid::fromRfc4122(bytes).toString(QUuid::WithoutBraces));
    }
    case Kind::Random:
        return random(operation);
    case Kind::Peer:
        return peer(operation, m_context.peer);
    case Kind::Request:
        return request(operation);
    case Kind::Variable: {
        const auto found = m_context.variables.constFind(operation.text);
        if (found == m_context.variables.cend())
            return fail(operation, u"there is no word and no variable %1"_s.arg(quotedText(operation.text, 40)));
        return below(operation, *found);
    }
    case Kind::Hex:
        return hex(operation);
    default:
        return calculate(operation);
    }
}

bool Evaluation::time(const Operation &operation)
{
    const qint64 now = m_context.nowNs();
    if (operation.text == "s"_L1)
        return push(floored(now, second));
    if (operation.text == "ms"_L1)
        return push(floored(now, 1'000'000));
    if (operation.text == "us"_L1)
        return push(floored(now, 1000));
    if (operation.text == "ns"_L1)
        return push(now);
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(floored(now, 1'000'000), QTimeZone::utc());
    if (operation.text == "iso"_L1)
        return push(utc.toString(u"yyyy-MM-dd'T'HH:mm:ss.zzz'Z'"_s));
    return push(utc.toString(operation.text.mid(1))); // behind the quotation mark that tells it from a word
}

bool Evaluation::random(const Operation &operation)
{
    if (operation.count == 0)
        return push(m_context.random.generateDouble());
    const QCborValue high = pop();
    const QCborValue low = pop();
    if (low.isInteger() && high.isInteger()) {
        if (low.toInteger() > high.toInteger())
            return fail(operation, u"the first limit is above the second"_s);
        const quint64 width = static_cast<quint64>(high.toInteger()) - static_cast<quint64>(low.toInteger());
        quint64 number = m_context.random();
        if (width != std::numeric_limits<quint64>::max()) {
            // What lies behind the last whole multiple would make the first numbers likelier.
            const quint64 choices = width + 1;
            const quint64 last = std::numeric_limits<quint64>::max() - std::numeric_limits<quint64>::max() % choices;
            while (number >= last)
                number = m_context.random();
            number %= choices;
        }
        return push(static_cast<qint64>(static_cast<quint64>(low.toInteger()) + number));
    }
    const bool areNumbers = (low.isInteger() || low.isDouble()) && (high.isInteger() || high.isDouble());
    if (!areNumbers || !(low.toDouble() <= high.toDouble()))
        return fail(operation, u"random needs two numbers, the smaller one first"_s);
    return push(low.toDouble() + m_context.random.generateDouble() * (high.toDouble() - low.toDouble()));
}

bool Evaluation::peer(const Operation &operation, const Endpoint &peer)
{
    if (peer.isNull())
        return fail(operation, u"there is no peer here: choose one to send to, or several with commas"_s);
    if (operation.text == "port"_L1)
        return push(qint64(peer.port()));
    return push(operation.text == "address"_L1 ? peer.addressString() : peer.toString());
}

bool Evaluation::request(const Operation &operation)
{
    const Message *request = m_context.request;
    if (!request)
        return fail(operation, u"there is no request: this message answers none"_s);
    if (operation.text == "peer"_L1)
        return peer(operation, m_context.requestPeer);
    if (operation.text == "size"_L1)
        return push(qint64(request->payload.size()));
    if (operation.text == "data"_L1)
        return below(operation, request->data());
    return push(request->type.isName() ? QCborValue(request->type.name()) : QCborValue(request->type.number()));
}

bool Evaluation::below(const Operation &operation, QCborValue value)
{
    for (const ValueStep &step : operation.path) {
        if (step.isIndex) {
            if (!value.isArray() || step.index >= value.toArray().size())
                return fail(operation, u"there is no element %1"_s.arg(step.index));
            value = value.toArray().at(step.index);
        } else {
            const QCborMap map = value.toMap();
            const auto found = map.constFind(step.key);
            if (found == map.constEnd())
                return fail(operation, u"there is no field %1"_s.arg(quotedText(step.key, 40)));
            value = found.value();
        }
    }
    return push(value);
}

bool Evaluation::hex(const Operation &operation)
{
    const QCborValue digits = pop();
    const QCborValue value = pop();
    if (!value.isInteger() || !digits.isInteger() || digits.toInteger() < 1 || digits.toInteger() > 16)
        return fail(operation, u"hex needs a whole number and how many digits, 1 to 16"_s);
    const int count = static_cast<int>(digits.toInteger());
    const qint64 number = value.toInteger();
    const quint64 mask = count == 16 ? ~quint64(0) : (quint64(1) << (4 * count)) - 1;
    const bool fits = number >= 0 ? static_cast<quint64>(number) <= mask : ~static_cast<quint64>(number) <= mask >> 1;
    if (!fits)
        return fail(operation, u"%1 does not fit into %2 digits"_s.arg(number).arg(count));
    return push(u"%1"_s.arg(static_cast<quint64>(number) & mask, count, 16, QLatin1Char('0')));
}

bool Evaluation::calculate(const Operation &operation)
{
    const QCborValue right = pop();
    const QCborValue left = operation.kind == Kind::Negate ? QCborValue(0) : pop();
    if (operation.kind == Kind::Add && left.isString() && right.isString()) {
        if (left.toString().size() + right.toString().size() > Template::maximumBytes)
            return fail(operation, u"the text becomes too long"_s);
        return push(left.toString() + right.toString());
    }
    const auto isNumber = [](const QCborValue &value) { return value.isInteger() || value.isDouble(); };
    if (!isNumber(left) || !isNumber(right))
        return fail(operation, u"this needs numbers on both sides"_s);
    if (left.isInteger() && right.isInteger())
        return whole(operation, left.toInteger(), right.toInteger());
    return real(operation, left.toDouble(), right.toDouble());
}

bool Evaluation::whole(const Operation &operation, qint64 a, qint64 b)
{
    constexpr qint64 lowest = std::numeric_limits<qint64>::min();
    qint64 result = 0;
    bool overflows = false;
    switch (operation.kind) {
    case Kind::Add:
        overflows = qAddOverflow(a, b, &result);
        break;
    case Kind::Negate:
    case Kind::Subtract:
        overflows = qSubOverflow(a, b, &result);
        break;
    case Kind::Multiply:
        overflows = qMulOverflow(a, b, &result);
        break;
    default:
        if (b == 0)
            return fail(operation, u"division by zero"_s);
        overflows = a == lowest && b == -1 && operation.kind == Kind::Divide;
        if (!overflows)
            result = operation.kind == Kind::Divide ? a / b : b == -1 ? 0 : a % b;
    }
    if (overflows)
        return fail(operation, u"the result does not fit into 64 bits"_s);
    return push(result);
}

bool Evaluation::real(const Operation &operation, double a, double b)
{
    switch (operation.kind) {
    case Kind::Add:
        return push(a + b);
    case Kind::Negate:
        return push(-b);
    case Kind::Subtract:
        return push(a - b);
    case Kind::Multiply:
        return push(a * b);
    default:
        if (b == 0)
            return fail(operation, u"division by zero"_s);
        return push(operation.kind == Kind::Divide ? a / b : std::fmod(a, b));
    }
}

} // namespace

std::optional<QCborValue> evaluate(const Expression &expression, ComposeContext &context, TemplateError *error)
{
    return Evaluation(context, error).run(expression);
}

bool isConstant(const Expression &expression)
{
    return std::none_of(expression.begin(), expression.end(), [](const Operation &operation) {
        return operation.kind >= Kind::Counter && operation.kind <= Kind::Variable;
    });
}

} // namespace SockScope
