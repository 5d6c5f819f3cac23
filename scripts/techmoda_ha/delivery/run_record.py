"""What a run of the pipeline did, as evidence: its stages, and every command when it began."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from techmoda_ha.evidence import Evidence, TimelineEntry

NAME = "pipeline"


@dataclass
class RunRecord:
    """One run; `skipped` are the names of the stages that were left out."""

    target: str
    stages: list[str]
    skipped: list[str]
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    timeline: list[TimelineEntry] = field(default_factory=list)

    def take(self, line: str) -> TimelineEntry:
        """Keep what the run says now."""
        self.timeline.append(TimelineEntry(datetime.now(UTC), line))
        return self.timeline[-1]

    def evidence(self, failed: str | None) -> Evidence:
        """Return the evidence; `failed` names the stage that failed, after which none has run."""
        passed = self.stages.index(failed) if failed else len(self.stages)
        return Evidence(
            name=NAME,
            target=self.target,
            started_at=self.started_at,
            ended_at=datetime.now(UTC),
            objectives={"stages_not_passed": 0},
            measurements={"stages_passed": passed, "stages_not_passed": len(self.stages) - passed},
            timeline=self.timeline,
            failures=[f"stage {failed} failed"] if failed else [],
            notes=[f"Left out: {', '.join(self.skipped)}."] if self.skipped else [],
            details={"stages": self.stages},
        )
