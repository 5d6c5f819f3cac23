"""The picture of the whole system: two regions alike, and what leads clients to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from techmoda_ha.documentation.diagrams.drawing import Drawing
from techmoda_ha.documentation.diagrams.words import Language, Words, wrapped

WIDTH, HEIGHT = 980, 610
BOX_WIDTH, BOX_HEIGHT, ROW, TOP = 202, 62, 82, 222
PANELS = {"primary": 12, "dr": 498}
PANEL_WIDTH, PANEL_TOP = 470, 178
OUTER, INNER = 0, 1


@dataclass(frozen=True)
class Box:
    """A part of a region: its kind (a colour), title, detail, and the module that makes it."""

    kind: str
    title: Words
    detail: Words
    module: str


INNER_BOXES = (
    Box(
        "network",
        Words("API Gateway, WAF"),
        Words(
            "regional custom domain, TLS, throttling, validation",
            "dominio regional, TLS, límites, validación",
        ),
        "modules/api",
    ),
    Box(
        "compute",
        Words("Lambda: products API", "Lambda: productos"),
        Words("alias live, canary releases", "alias live, versiones canario"),
        "modules/lambda-function",
    ),
    Box(
        "data",
        Words("DynamoDB global table", "Tabla global DynamoDB"),
        Words("autoscaled, own key, point-in-time recovery", "autoescalada, clave propia, PITR"),
        "modules/dynamodb-ha",
    ),
    Box(
        "recover",
        Words("Backup vault, locked", "Almacén de respaldos"),
        Words("daily, weekly, monthly", "bloqueado; diarios, semanales, mensuales"),
        "modules/backup",
    ),
)
OUTER_BOXES = (
    Box(
        "security",
        Words("Lambda: authorizer", "Lambda: autorizador"),
        Words("JWT, verified without a call", "JWT, se verifica sin llamadas"),
        "modules/regional-api",
    ),
    Box(
        "watch",
        Words("Alarms, SNS", "Alarmas, SNS"),
        Words("page or ticket, each with a runbook", "aviso o tique, cada una con su guía"),
        "modules/monitoring",
    ),
    Box(
        "watch",
        Words("Incident responder", "Respuesta a incidentes"),
        Words("playbooks with limits", "procedimientos con límites"),
        "modules/incident-response",
    ),
)
ONLY_PRIMARY = Box(
    "recover",
    Words("Backup manager", "Gestor de respaldos"),
    Words("restores, validates, tests", "restaura, valida, prueba"),
    "modules/backup",
)
ONLY_DR = Box(
    "network",
    Words("STOP switch, latch", "STOP y cerrojo"),
    Words("keep a failover", "mantienen la conmutación"),
    "modules/failover",
)
BOXES = (*INNER_BOXES, *OUTER_BOXES, ONLY_PRIMARY, ONLY_DR)


def architecture(language: Language) -> str:
    """Return the SVG of the architecture."""
    title = Words(
        "TechModa HA: the product API in two regions", "TechModa HA: la API de productos en dos regiones"
    )
    described = ", ".join(one.title.in_language(language) for one in BOXES)
    drawing = Drawing(WIDTH, HEIGHT, "architecture", title.in_language(language), described)
    _entrance(drawing, language)
    names = {
        "primary": Words("us-east-1 · envs/primary · serves", "us-east-1 · envs/primary · atiende"),
        "dr": Words("us-west-2 · envs/dr · takes over", "us-west-2 · envs/dr · releva"),
    }
    for region, left in PANELS.items():
        height = HEIGHT - PANEL_TOP - 12
        drawing.add("rect", x=left, y=PANEL_TOP, width=PANEL_WIDTH, height=height, rx=10, class_="panel")
        drawing.add("text", names[region].in_language(language), x=left + 18, y=PANEL_TOP + 28, class_="head")
        own = ONLY_PRIMARY if region == "primary" else ONLY_DR
        _region(drawing, region, (*OUTER_BOXES, own), language)
    _between(drawing, language)
    return drawing.file()


def _left(region: str, column: int) -> int:
    """Return the left edge of a column; the inner columns of both regions face each other."""
    is_first = (column == OUTER) == (region == "primary")
    return PANELS[region] + (18 if is_first else PANEL_WIDTH - BOX_WIDTH - 18)


def _top(row: int) -> int:
    return TOP + row * ROW


def _region(drawing: Drawing, region: str, outer: Sequence[Box], language: Language) -> None:
    for column, boxes in ((INNER, INNER_BOXES), (OUTER, outer)):
        for row, box in enumerate(boxes):
            _box(drawing, box, _left(region, column), _top(row), language)
    middle = _left(region, INNER) + BOX_WIDTH / 2
    for row in range(len(INNER_BOXES) - 1):
        drawing.arrow([(middle, _top(row) + BOX_HEIGHT), (middle, _top(row + 1))])
    inner, outer_edge = _left(region, INNER), _left(region, OUTER)
    ends = (inner, outer_edge + BOX_WIDTH) if region == "primary" else (inner + BOX_WIDTH, outer_edge)
    drawing.arrow([(ends[0], TOP + BOX_HEIGHT / 2), (ends[1], TOP + BOX_HEIGHT / 2)])
    note = Words(
        "Every service spans the region's availability zones by itself; each data store has its own KMS key.",
        "Cada servicio abarca por sí mismo las zonas de disponibilidad; cada almacén tiene su clave KMS.",
    )
    lines = wrapped(note.in_language(language), PANEL_WIDTH - 60)
    drawing.lines(lines, PANELS[region] + 18, _top(4) + 18, "soft")


def _box(drawing: Drawing, box: Box, x: float, y: float, language: Language) -> None:
    drawing.add("rect", x=x, y=y, width=BOX_WIDTH, height=BOX_HEIGHT, rx=6, class_="box")
    drawing.add("rect", x=x, y=y, width=5, height=BOX_HEIGHT, rx=2, class_=box.kind)
    drawing.add("text", box.title.in_language(language), x=x + 14, y=y + 20, class_="title")
    drawing.lines(wrapped(box.detail.in_language(language), BOX_WIDTH - 20)[:2], x + 14, y + 37, "soft")


def _entrance(drawing: Drawing, language: Language) -> None:
    x = WIDTH / 2 - 150
    clients = Box("people", Words("Customers", "Clientes"), Words("api.<domain>", "api.<dominio>"), "")
    drawing.add("rect", x=WIDTH / 2 - 80, y=10, width=160, height=44, rx=6, class_="box")
    drawing.lines([clients.title.in_language(language)], WIDTH / 2, 29, "title", "middle")
    drawing.lines([clients.detail.in_language(language)], WIDTH / 2, 45, "soft", "middle")
    drawing.arrow([(WIDTH / 2, 54), (WIDTH / 2, 76)])
    drawing.add("rect", x=x, y=76, width=300, height=62, rx=6, class_="box")
    drawing.add("rect", x=x, y=76, width=5, height=62, rx=2, class_="network")
    drawing.add("text", "Route 53", x=x + 14, y=96, class_="title")
    details = (
        Words("failover record, TTL 60 s", "registro de conmutación, TTL 60 s"),
        Words("health checks: 10 s × 3, and STOP", "controles de salud: 10 s × 3, y STOP"),
    )
    drawing.lines([one.in_language(language) for one in details], x + 14, 113, "soft")
    for region, label in (("primary", "PRIMARY"), ("dr", "SECONDARY")):
        middle = _left(region, INNER) + BOX_WIDTH / 2
        is_primary = region == "primary"
        drawing.arrow([(middle, 138), (middle, TOP)], "" if is_primary else "dashed")
        anchor, offset = ("end", -10) if is_primary else ("start", 10)
        drawing.add("text", label, x=middle + offset, y=160, class_="soft", text_anchor=anchor)


def _between(drawing: Drawing, language: Language) -> None:
    """Draw what goes from one region to the other."""
    left = _left("primary", INNER) + BOX_WIDTH
    right = _left("dr", INNER)
    middle = (left + right) / 2
    flows = ((2, Words("~1 s"), True), (3, Words("copy", "copia"), False))
    for row, words, both in flows:
        y = _top(row) + BOX_HEIGHT / 2
        drawing.arrow([(left, y), (right, y)], "dashed" if not both else "", both=both)
        drawing.add(
            "text", words.in_language(language), x=middle, y=y - 8, class_="soft", text_anchor="middle"
        )
