using Lodestar.Cli;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Processes;

ClosedStreams.Open();
FileSizeSignal.Survive();

// The hidden verbs are programs of their own: they own their streams, and start without the command tree.
return args switch
{
    ["host"] => await AgentHost.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error),
    ["__scripted", var script] => await ScriptedAgent.RunAsync(
        script, Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error),
    _ => await CommandLine.RunAsync(args, CommandContext.FromProcess()),
};
