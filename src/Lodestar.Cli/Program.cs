using Lodestar.Cli;

return await CommandLine.RunAsync(args, CommandContext.FromProcess());
