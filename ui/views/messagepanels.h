#pragma once

#include <QWidget>

#include "core/types/bytes.h"

class QLabel;

namespace SockScope {

class Codec;
class CopyTree;
class EmptyState;
class FieldTreeModel;
class HexView;

/*! The chosen message as a tree of fields.
 *  Path    a payload and its codec → [this] ↔ BytesPanel
 *  Shape   a field knows its bytes where the codec can tell
 *  Units   bytes of the payload
 *  Errors  a payload that cannot be decoded shows what could be read and why not the rest
 *  Thread  the window's
 *  Source  Wireshark's packet details
 */
class DecodedPanel : public QWidget
{
    Q_OBJECT
public:
    explicit DecodedPanel(QWidget *parent = nullptr);

    CopyTree *tree() const { return m_tree; }
    void setMessage(const Codec *codec, const Bytes &payload, const QString &note);
    void clear();

public Q_SLOTS:
    void chooseOffset(qsizetype offset);

Q_SIGNALS:
    /// Length 0: the field's bytes are not known.
    void fieldChosen(qsizetype offset, qsizetype length);

private:
    FieldTreeModel *m_model;
    CopyTree *m_tree;
    QLabel *m_note;
    EmptyState *m_emptyState;
    bool m_choosing = false;
};

/*! The chosen message as bytes.
 *  Path    a payload → [this] ↔ DecodedPanel
 *  Shape   the hex view and a line that says what is selected
 *  Units   bytes of the payload
 *  Errors  none
 *  Thread  the window's
 *  Source  Wireshark's packet bytes
 */
class BytesPanel : public QWidget
{
    Q_OBJECT
public:
    explicit BytesPanel(QWidget *parent = nullptr);

    HexView *hexView() const { return m_view; }
    void setMessage(const Bytes &payload, const QString &emptyText);

private:
    void updateLine(qsizetype offset, qsizetype length);

    HexView *m_view;
    QLabel *m_line;
};

} // namespace SockScope
