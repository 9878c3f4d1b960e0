#include "ui/project/typesedit.h"

#include <QCoreApplication>

#include "core/project/jsontext.h"
#include "ui/project/projectscene.h"
#include "ui/views/jsoneditdialog.h"

namespace SockScope {

namespace {

const QString example = QStringLiteral(R"({
  "name": "example",
  "payload": "layout",
  "typeField": "kind",
  "header": [
    { "name": "kind", "type": "u8" }
  ],
  "trailer": [
    { "name": "check", "type": "checksum", "algorithm": "CRC-16/XMODEM" }
  ],
  "types": [
    { "name": "hello", "number": 1, "fields": [
      { "name": "name", "type": "text", "size": "u8" } ] },
    { "name": "move", "number": 2, "fields": [
      { "name": "x", "type": "i16", "unit": "mm", "min": 0, "max": 1000 },
      { "name": "mode", "type": "u8", "values": { "off": 0, "on": 1 } } ] }
  ]
}
)");

} // namespace

void editTypes(ProjectScene *scene, QWidget *parent)
{
    const QString text = scene->typesText();
    auto *dialog = new JsonEditDialog(
        QCoreApplication::translate("SockScope::TypesEdit", "Message Types"), text.isEmpty() ? example : text,
        [scene](const JsonNode &value, const QByteArray &written) { return scene->setTypes(value, written); }, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace SockScope
