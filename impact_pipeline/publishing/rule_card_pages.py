"""A rule card as Markdown and as one HTML page to print and sign. What it says is ``rule_card``'s business."""

import html

from impact_pipeline.publishing.rule_card import Card, Section

_SIGNATURES = (("Nom", "Fonction", "Date", "Signature"), ("Auteur", "Approbateur"))
_NOTE = (
    "L'empreinte de la règle couvre la règle compilée, valeurs par défaut comprises ; celle de la politique couvre"
    " aussi les listes et définitions."
)
_STYLE = """
@page { size: A4; margin: 9mm }
body { font: 8pt/1.25 sans-serif; color: #111; max-width: 192mm; margin: 0 auto }
h1 { font-size: 12pt; margin: 0 0 2mm } h2 { font-size: 9pt; margin: 2mm 0 .5mm }
table { border-collapse: collapse; width: 100% } th, td { border: .2mm solid #999; padding: .4mm 1mm; text-align: left;
vertical-align: top } th { background: #eee } td:last-child { color: #555; font-size: 7pt }
.signature td { height: 9mm } .sha { font-family: monospace; font-size: 7pt; overflow-wrap: anywhere }
"""


def to_markdown(card: Card) -> str:
    """The card as Markdown text."""
    lines = [f"# {_md(card.title)}", ""]
    for section in card.sections:
        lines += [f"## {_md(section.title)}", "", *_md_table(section.head, section.rows), ""]
    heads, people = _SIGNATURES
    lines += ["## Signature", "", f"Règle sha256 : `{card.rule_sha}`  ", f"Politique sha256 : `{card.policy_sha}`  "]
    lines += [f"Fichier : `{card.file}`  ", _NOTE, ""]
    lines += _md_table(("", *heads), [(who, *("" for _ in heads)) for who in people])
    return "\n".join(lines) + "\n"


def _md_table(head: tuple[str, ...], rows: "list[tuple[str, ...]] | tuple[tuple[str, ...], ...]") -> list[str]:
    lines = ["| " + " | ".join(map(_md, cells)) + " |" for cells in (head, *rows)]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


def _md(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def to_html(card: Card) -> str:
    """The card as one page that stands alone: no script, nothing fetched."""
    heads, people = _SIGNATURES
    signature = _html_table(("", *heads), tuple((who, *("" for _ in heads)) for who in people))
    parts = [
        f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>{html.escape(card.title)}</title>',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(card.title)}</h1>",
        *(_html_section(section) for section in card.sections),
        f'<h2>Signature</h2><p class="sha">règle sha256 {card.rule_sha}<br>politique sha256 {card.policy_sha}<br>'
        f"{html.escape(card.file)}</p><p>{html.escape(_NOTE)}</p>",
        f'<div class="signature">{signature}</div>',
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _html_section(section: Section) -> str:
    return f"<h2>{html.escape(section.title)}</h2>\n{_html_table(section.head, section.rows)}"


def _html_table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = ["<table>", _html_row("th", head), *(_html_row("td", cells) for cells in rows), "</table>"]
    return "\n".join(lines)


def _html_row(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
