"""CloudTrail: who did what."""

from policies.rule import Fix, Rule
from policies.vocabulary import all_of, not_false, true

TRAIL = "aws:cloudtrail/trail:Trail"

MULTI_REGION = Rule(
    id="cloudtrail-multi-region",
    pack="hipaa",
    severity="high",
    types=(TRAIL,),
    what="A trail records every region, and the events of global services.",
    why="What is done in a region that nobody uses is otherwise seen by nobody.",
    fix=Fix(
        "Set is_multi_region_trail, and leave include_global_service_events on.",
        python="is_multi_region_trail=True",
        yaml="isMultiRegionTrail: true",
    ),
    check=all_of(true("isMultiRegionTrail"), not_false("includeGlobalServiceEvents")),
    passing=({"isMultiRegionTrail": True}, {"isMultiRegionTrail": True, "includeGlobalServiceEvents": True}),
    failing=({}, {"isMultiRegionTrail": False}, {"isMultiRegionTrail": True, "includeGlobalServiceEvents": False}),
)
