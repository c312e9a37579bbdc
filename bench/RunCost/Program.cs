using RunCost;

// bench/run-cost starts this program in a project that has one finished run.
if (args is not [var directory, var run, var appends])
    return 2;
Keys.Measure();
await Appends.MeasureAsync(directory, new(run), int.Parse(appends));
return 0;
