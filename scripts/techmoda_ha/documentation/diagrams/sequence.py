"""Sequence diagrams: who says what to whom, from top to bottom, with the time at the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from techmoda_ha.documentation.diagrams.drawing import LINE_HEIGHT, Drawing
from techmoda_ha.documentation.diagrams.words import Language, Words, wrapped

TIMES, LANE, HEAD, GAP, FOOT = 86, 168, 62, 16, 16


NO_TIME = Words("")


@dataclass(frozen=True)
class Step:
    """A message from one participant to another (by number), or to itself; `bad` ones fail."""

    source: int
    to: int
    words: Words
    time: Words = NO_TIME
    bad: bool = False


@dataclass(frozen=True)
class Phase:
    """A band across the diagram that says what part of the story begins."""

    words: Words


@dataclass(frozen=True)
class Story:
    """A diagram's title, participants and story."""

    title: Words
    participants: Sequence[Words]
    steps: Sequence[Step | Phase]


def draw_sequence(key: str, story: Story, language: Language) -> str:
    """Return the diagram's SVG."""
    heights = [_height(one, language) for one in story.steps]
    width = TIMES + LANE * len(story.participants)
    height = HEAD + sum(heights) + FOOT
    told = "; ".join(one.words.in_language(language) for one in story.steps)
    drawing = Drawing(width, height, key, story.title.in_language(language), told)
    for number, participant in enumerate(story.participants):
        x = _middle(number)
        drawing.add("line", x1=x, x2=x, y1=HEAD - 12, y2=height - 8, class_="line life")
        drawing.add("rect", x=x - LANE / 2 + 8, y=8, width=LANE - 16, height=40, rx=6, class_="box")
        lines = wrapped(participant.in_language(language), LANE - 44)[:2]
        drawing.lines(lines, x, 33 - LINE_HEIGHT / 2 * (len(lines) - 1), "title", "middle")
    y = float(HEAD)
    for one, tall in zip(story.steps, heights, strict=True):
        if isinstance(one, Phase):
            drawing.add("rect", x=0, y=y, width=width, height=tall - 6, class_="band")
            drawing.add("text", one.words.in_language(language), x=10, y=y + 16, class_="strong")
        else:
            _step(drawing, one, y, tall, language)
        y += tall
    return drawing.file()


def _middle(number: int) -> float:
    return TIMES + LANE * (number + 0.5)


def _room(step: Step) -> float:
    return LANE * max(1, abs(step.to - step.source)) - 14


def _height(one: Step | Phase, language: Language) -> int:
    if isinstance(one, Phase):
        return 30
    lines = len(wrapped(one.words.in_language(language), _room(one)))
    return lines * LINE_HEIGHT + GAP


def _step(drawing: Drawing, step: Step, y: float, tall: int, language: Language) -> None:
    lines = wrapped(step.words.in_language(language), _room(step))
    style = "bad" if step.bad else ""
    halo = f"halo {style}".strip()
    start, end = _middle(step.source), _middle(step.to)
    base = y + 12
    if time := step.time.in_language(language):
        drawing.add("text", time, x=8, y=base, class_="soft")
    if step.source == step.to:
        drawing.add("circle", cx=start, cy=base - 4, r=4, class_="tip bad" if step.bad else "tip")
        drawing.lines(lines, start + 10, base, halo)
        return
    drawing.lines(lines, (start + end) / 2, base, halo, "middle")
    level = y + tall - GAP + 4
    drawing.arrow([(start, level), (end, level)], style)
