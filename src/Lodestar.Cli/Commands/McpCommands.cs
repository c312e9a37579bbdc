using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using Lodestar.Mcp;
using ModelContextProtocol.Server;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs about the Model Context Protocol: serve.</summary>
internal static class McpCommands
{
    /// <summary><c>lodestar mcp serve</c>.</summary>
    public static Verb Serve() => new ServeVerb();

    private sealed class ServeVerb : Verb
    {
        private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

        private readonly Option<string> transport = Inputs.Text("--transport", "How clients reach the server: stdio, which is also what happens when it is not given.", "-t");
        private readonly Option<string> logFile = Inputs.Text("--log-file", "A file the log is appended to, besides standard error.");
        private readonly Option<bool> jsonLogs = Inputs.Flag("--json-logs", "Write each line of the log as one JSON object.");

        // What the Python Lodestar took and, over standard input and output, made nothing of: a client's configuration that
        // holds one still starts the server, and the log says so.
        private readonly Option<string> host = Inputs.OfPython(Inputs.Text("--host", "Without effect."));
        private readonly Option<int?> port = Inputs.OfPython(Inputs.Number("--port", "Without effect."));
        private readonly Option<bool> dev = Inputs.OfPython(Inputs.Flag("--dev", "Without effect."));

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public ServeVerb()
            : base("serve", "Serves this project's tools, resources and prompts to one agent over standard input and output.")
        {
            Accepts = [transport, logFile, jsonLogs, host, port, dev];
            About = Explanation.Changes(
                "Changes what the tools change that the client calls. Ends when the client closes standard input.",
                "lodestar mcp serve",
                "lodestar mcp serve --repo ~/project --log-file /tmp/lodestar-mcp.log --json-logs");
            EndsInOrder = true;
        }

        /// <inheritdoc/>
        public override JsonTypeInfo DataType => CliJson.Default.ServedClient;

        /// <inheritdoc/>
        public override async Task<ExitCode> RunAsync(Given given, CancellationToken cancellation)
        {
            if (given.Get(transport) is { } asked && asked != "stdio")
            {
                throw new RefusedException(new Refusal(
                    "transport-unknown", $"\"{asked}\" is no transport this program has.", "lodestar mcp serve --transport stdio")
                {
                    Details = new() { ["transport"] = asked },
                });
            }

            var context = given.Context;
            RequireProject(context);
            using var file = given.Get(logFile) is { } path ? OpenLog(Path.GetFullPath(path, context.Directory)) : null;
            var (reading, writing, talk) = context.Streams();
            using var log = new ServerLog(context.Clock, given.Get(jsonLogs), file is null ? [talk] : [talk, file]);
            log.Note("info", $"lodestar {Product.Version} serves {context.Directory}");
            foreach (var option in new Option[] { host, port, dev }.Where(given.Has))
                log.Note("warning", $"{option.Name} has no effect: the server speaks over standard input and output.");

            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var input = new LingeringStream(new BoundedLineStream(reading, BoundedLineStream.Usual, dropped =>
                log.Note("warning", $"A line of {dropped} bytes beyond {BoundedLineStream.Usual} was cut.")));
            await using var output = new ClosingStream(writing, gone.Cancel);
            var pipes = new StreamServerTransport(input, output, "lodestar", log);
            await new LodestarServer(context.Directory, context.World, log, Product.Version).RunAsync(pipes, input.LetGo, gone.Token);

            // A read that has begun ends with its input alone, and a client may keep that open: it must not keep us.
            await Task.WhenAny(pipes.DisposeAsync().AsTask(), Task.Delay(LastWord, context.Clock, CancellationToken.None));
            log.Note("info", "The client has gone.");
            return ExitCode.Done;
        }

        /// <summary>Without a project there is nothing to serve. A project whose spec is invalid is served: the tools say so,
        /// and it can be mended meanwhile.</summary>
        private static void RequireProject(CommandContext context)
        {
            var opened = context.OpenSession();
            opened.Data?.Dispose();
            if (opened.Refusal is { } refusal)
                throw new RefusedException(refusal);
        }

        private static FileStream OpenLog(string path)
        {
            try
            {
                return new OutputFile(path, FileMode.Append, FileShare.ReadWrite);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                throw new EnvironmentException("log-unwritable", $"The log file {path} cannot be written: {cause.Message}", "Give another --log-file.", cause);
            }
        }
    }
}

/// <summary>What became of a session. It goes to the log: standard output is the client's.</summary>
/// <param name="Served">Whether a client was served to its end.</param>
internal sealed record ServedClient(bool Served);
