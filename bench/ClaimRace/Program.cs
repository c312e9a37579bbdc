using ClaimRace;

// bench/claim-race starts this program, and this program starts itself once per racer.
return args switch
{
    ["racer", var kind, var directory, var number, var racers, var tasks, var rivals, var program] =>
        await Racer.RunAsync(new Lane(directory, int.Parse(number), int.Parse(racers), int.Parse(tasks), int.Parse(rivals)), kind, program),
    [var tasks, var program, .. var racers] => await Race.RunAllAsync(int.Parse(tasks), program, [.. racers.Select(int.Parse)]),
    _ => 2,
};
