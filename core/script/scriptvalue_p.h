#pragma once

#include <QByteArrayView>
#include <QCborValue>
#include <QJSValue>

#include <optional>

class QJSEngine;

namespace SockScope {

/*! A message's value for a script, and back.
 *  Path    Message::data() → [this] → script; script → [this] → BaseSock::sendMessage
 *  Shape   maps are objects, arrays arrays, bytes ArrayBuffer; whole numbers that a script's number cannot hold exactly
 *          are decimal text. Back: numbers without a fraction are integers, ArrayBuffer and typed arrays are bytes,
 *          dates ISO 8601 text; of an object what it lists itself
 *  Units   levels and elements: at most maximumDepth and maximumElements
 *  Errors  fromScript answers nothing and says why with the path of the value ("data.pos[1] is a function")
 *  Thread  the engine's
 *  Source  none
 */
struct ScriptValue
{
    static constexpr int maximumDepth = 64;
    static constexpr qint64 maximumElements = 1'000'000;

    static QJSValue toScript(QJSEngine &engine, const QCborValue &value);
    /// An ArrayBuffer.
    static QJSValue toScript(QJSEngine &engine, QByteArrayView bytes);
    /// May run the script's getters.
    static std::optional<QCborValue> fromScript(const QJSValue &value, const QString &path, QString &error);
    /// Of an ArrayBuffer, a typed array or a text (as UTF-8).
    static std::optional<QByteArray> bytesOf(const QJSValue &value);
};

} // namespace SockScope
