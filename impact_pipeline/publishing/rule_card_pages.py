"""A rule card as Markdown and as one HTML page to print and sign. What it says is ``rule_card``'s business."""

import html
import re

from impact_pipeline.publishing.rule_card import TERMS_HEAD, Card, Section

_SIGNATURES = (("Nom", "Fonction", "Date", "Signature"), ("Auteur", "Approbateur"))
_NOTE = (
    "L'empreinte de la règle couvre la règle compilée, valeurs par défaut comprises ; celle de la politique couvre"
    " aussi les listes et définitions."
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_STYLE = """
@page { size: A4; margin: 8mm }
body { font: 7.2pt/1.2 sans-serif; color: #111; max-width: 194mm; margin: 0 auto }
h1 { font-size: 11pt; margin: 0 } h2 { font-size: 8pt; margin: 1.2mm 0 .3mm } p { margin: .5mm 0 }
table { border-collapse: collapse; width: 100% } th, td { border: .2mm solid #999; padding: .2mm .8mm; text-align: left;
vertical-align: top } th { background: #eee } td:last-child { color: #555; font-size: 5.8pt; overflow-wrap: anywhere }
.terms { columns: 2; column-gap: 3mm } .terms tr:first-child { display: none } section { break-inside: avoid }
.terms table { table-layout: fixed } .signature td { height: 7mm } .sha { font-family: monospace; font-size: 6pt }
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
    """One line of a table cell; a threshold such as ``< 4`` stays, what could be a tag does not."""
    return " ".join(_TAG.sub("&lt;", text.replace("\\", "\\\\").replace("|", "\\|")).split())


def to_html(card: Card) -> str:
    """The card as one page that stands alone: no script, nothing fetched; short tables side by side."""
    identity, *others = card.sections
    wide = [identity, *(section for section in others if section.head != TERMS_HEAD)]
    narrow = [section for section in others if section.head == TERMS_HEAD]
    heads, people = _SIGNATURES
    signature = _html_table(("", *heads), tuple((who, *("" for _ in heads)) for who in people))
    parts = [
        f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>{html.escape(card.title)}</title>',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(card.title)}</h1>",
        *(_html_section(section) for section in wide),
        '<div class="terms">',
        *(_html_section(section) for section in narrow),
        "</div>",
        f'<h2>Signature</h2><p class="sha">règle sha256 {card.rule_sha}<br>politique sha256 {card.policy_sha}<br>'
        f"{html.escape(card.file)}</p><p>{html.escape(_NOTE)}</p>",
        f'<div class="signature">{signature}</div>',
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _html_section(section: Section) -> str:
    return f"<section><h2>{html.escape(section.title)}</h2>\n{_html_table(section.head, section.rows)}</section>"


def _html_table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = ["<table>", _html_row("th", head), *(_html_row("td", cells) for cells in rows), "</table>"]
    return "\n".join(lines)


def _html_row(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
