"""Comparing one segment: of the restored table with what the live one holds, or the other way round.

Every key is met once: those that the restored table has in its own segments, all others, which came after the
restored moment, in those of the live table. Nothing is kept in memory beyond a page and its counterparts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from recovery_worker.reading import Page
from recovery_worker.slices import Slice
from techmoda_recovery.comparing import Pair
from techmoda_recovery.core.images import dumps
from techmoda_recovery.run_folder import compared_name
from techmoda_recovery.runs import Compared

PAGES_PER_PART = 50  # Pages have up to 1 MB, and a function's disk 512: a plan and its undo file fit on it.


def compare(work: Slice) -> bool:
    """Compare on from where the last invocation ended; tell whether the segment's end was reached.

    Raises OvertakenError when another execution works on the same segment.
    """
    document = work.folder.read(compared_name(work.segment))
    state = Compared() if document.content is None else Compared.of(document.content)
    while not state.done:
        header, counts = work.header(), Counter[str]()
        repairs = work.comparer(header, counts).repairs(_pairs(work, state))
        plan, part = work.keep(header, len(state.parts), repairs)
        state.counts.update(counts)
        state.counts.update(plan.counts)
        if part is not None:
            state.parts.append(part)
        document = work.folder.replace(document, state.as_json())
        if not work.has_time():
            break
    return state.done


def _pairs(work: Slice, state: Compared) -> Iterator[Pair]:
    """Yield the pairs of some pages, and note in the state how far they go."""
    reader = work.restored if work.segment.is_of_restored else work.live
    for _ in range(PAGES_PER_PART):
        page = reader.page(work.segment.number, work.run.segments, state.cursor)
        yield from _of_restored(work, page) if work.segment.is_of_restored else _of_live(work, page)
        state.cursor, state.done = page.cursor, page.cursor is None
        if state.done or not work.has_time():
            return


def _of_restored(work: Slice, page: Page) -> Iterator[Pair]:
    # Eventually consistent, at half the price: what that misses, the repairs' conditions find.
    keys = [work.restored.key_of(item) for item in page.items]
    live = work.live.get(keys, consistent=False)
    for key, item in zip(keys, page.items, strict=True):
        yield key, item, live.get(dumps(key))


def _of_live(work: Slice, page: Page) -> Iterator[Pair]:
    # Strongly consistent: an item taken for one that came later could be removed.
    keys = [work.live.key_of(item) for item in page.items]
    restored = work.restored.get(keys, consistent=True, only_keys=True)
    for key, item in zip(keys, page.items, strict=True):
        if dumps(key) not in restored:
            yield key, None, item
