namespace Lodestar.Cli.Tests.Golden;

/// <summary>Where we differ from the predecessor on purpose. Whole scenarios stand for recorded defects and oddities: they are
/// played to the end and every step must have a clear answer; what we do instead is tested beside the verb itself.</summary>
internal static class GoldenDeviations
{
    private const string Leased = "A task somebody holds cannot be claimed, and is not counted as if it could.";

    private static readonly GoldenDeviation[] All =
    [
        new("update_status_is_unrestricted", "done, verified and deleted are reached by their own verbs, or with --force --reason."),
        new("redo_after_verify", "Finishing again does not take a verified task back, and the lease ends with the work."),
        new("quirk_no_arguments_prints_explain", "lodestar alone is the status.", 1) { Exit = 0 },
        new("quirk_no_arguments_prints_explain", "lodestar alone is the status.", 2) { Exit = 0 },
        new("quirk_schema_flag_missing", "Every verb has --schema.", 1) { Exit = 0 },
        new("quirk_schema_flag_missing", "Every verb has --schema.", 2) { Exit = 0 },
        new("quirk_next_negative_count", "A count is not negative.", 5) { Exit = 1, Code = "count-out-of-range" },
        new("quirk_dot_output_loses_labels_and_wraps", "The drawing keeps its labels and is never wrapped."),
        new("quirk_unread_limit_applied_before_filter", "Unread messages are looked for before the limit applies."),
        new("anchor_matching_rules", "Headings are found by a Markdown parser, not by expressions."),
        new("bug_prd_anchor_is_a_regular_expression", "An anchor is words, not an expression; one that names no heading is refused.", 3)
        {
            Exit = 1, Code = "prd-anchor-unknown",
        },
        new("glob_overlap_table", "Overlap is the exact intersection of two patterns."),
        new("verify_variants", "Verifying again is no error: it says so and changes nothing.", 11) { Exit = 0 },
        new("claim_ttl_errors", "Days are a unit of time too.", 3) { Exit = 0 },
        new("claim_ttl_errors", "The lease of a day keeps the task.", 14) { Only = ["data.tasks", "data.total_claimable"] },
        new("outside_repo_json_errors", "A directory without a project is not healthy: exit 1.", 24) { Exit = 1 },
        new("doctor_cycle_and_missing_dependency", "An unhealthy project exits 1.", 2) { Exit = 1 },
        new("doctor_cycle_and_missing_dependency", "An unhealthy project exits 1.", 3) { Exit = 1 },
        new("doctor_cycle_and_missing_dependency", "A task without a status is ready.", 5) { Exit = 0 },
        new("doctor_corrupt_database", "An unhealthy project exits 1.", 2) { Exit = 1 },
        new("create_status_case_insensitive", "A new task that is done already needs --force --reason.", 3) { Exit = 1 },
        new("create_status_case_insensitive", "A new task that is verified already needs --force --reason.", 4) { Exit = 1 },
        new("create_status_case_insensitive", "The two tasks refused before are not listed.", 5) { Exit = 0 },
        new("reset_soft_and_hard", "A refused claim has made no store, so there is none to remove.", 12) { Only = ["data.runtime_deleted"] },
        new("group_without_subcommand", "Every group alone lists its verbs.", 4) { Exit = 0 },
        new("list_filters_and_order", "A task set to done was done at a time.", 4) { Only = ["data.completed_at"] },
        new("lease_expiry_frees_task", Leased, 11) { Only = ["data.tasks.claimable"] },
        new("several_leases_per_agent", Leased, 6) { Only = ["data.tasks.claimable"] },
        new("several_leases_per_agent", Leased + " A lease ends when its task is done.", 8)
        {
            Only = ["data.tasks.claimable", "data.agents.active_leases"],
        },
        new("several_leases_per_agent", Leased, 10) { Only = ["data.tasks.claimable"] },
    ];

    /// <summary>The deviation a step falls under, or null.</summary>
    public static GoldenDeviation? Of(string scenario, int step) =>
        Array.Find(All, one => one.Scenario == scenario && (one.Step is null || one.Step == step));

    /// <summary>Every scenario and step named here.</summary>
    public static IEnumerable<(string Scenario, int? Step)> Named => All.Select(one => (one.Scenario, one.Step));
}
