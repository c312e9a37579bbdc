using System.Diagnostics;
using System.Runtime.InteropServices;

// A real program for tests of what hosts programs. Its arguments are steps, done in order:
//   say TEXT | err TEXT | bytes HEX | edit FILE TEXT | commit MESSAGE | exit CODE | crash | hang | read
//   flood BYTES | long BYTES | env NAME | ignore (SIGTERM) | child | daemon | wait FILE
for (var index = 0; index < args.Length; index++)
{
    switch (args[index])
    {
        case "say":
            Console.WriteLine(args[++index]);
            break;
        case "err":
            Console.Error.WriteLine(args[++index]);
            break;
        case "bytes":
            Raw(Convert.FromHexString(args[++index]));
            break;
        case "edit":
            File.WriteAllText(args[++index], args[++index]);
            break;
        case "commit":
            Run("git", "add", "-A");
            Run("git", "-c", "user.name=Fake", "-c", "user.email=fake@example.test", "commit", "-qm", args[++index]);
            break;
        case "exit":
            return int.Parse(args[++index]);
        case "crash":
            Process.GetCurrentProcess().Kill();
            break;
        case "hang":
            Thread.Sleep(Timeout.Infinite);
            break;
        case "read":
            Console.WriteLine(Console.In.ReadToEnd().Length);
            break;
        case "flood":
            Flood(long.Parse(args[++index]));
            break;
        case "long":
            Raw([.. Enumerable.Repeat((byte)'x', int.Parse(args[++index])), (byte)'\n']);
            break;
        case "env":
            Console.WriteLine(Environment.GetEnvironmentVariable(args[++index]) ?? "(none)");
            break;
        case "ignore":
            Ignored.Registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
            break;
        case "child":
            // Stays in our process group and dies only when killed.
            Shell("trap '' TERM; while :; do sleep 1; done &");
            break;
        case "daemon":
            // Leaves session and parent behind, as services do; with "clean" also the environment.
            Shell("setsid sh -c \"trap '' TERM; (while :; do sleep 1; done) & \" > /dev/null 2>&1 < /dev/null");
            break;
        case "wait":
            while (!File.Exists(args[index + 1]))
                Thread.Sleep(5);
            index++;
            break;
        default:
            Console.Error.WriteLine($"Unknown step {args[index]}.");
            return 2;
    }
}

return 0;

static void Raw(byte[] bytes)
{
    using var stdout = Console.OpenStandardOutput();
    stdout.Write(bytes);
}

static void Flood(long bytes)
{
    using var stdout = Console.OpenStandardOutput();
    var line = new byte[100];
    line.AsSpan().Fill((byte)'f');
    line[^1] = (byte)'\n';
    for (; bytes > 0; bytes -= line.Length)
        stdout.Write(line);
}

static void Shell(string script) => Run("/bin/sh", "-c", script);

static void Run(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
    process.WaitForExit();
}

internal static class Ignored
{
    internal static IDisposable? Registration { get; set; }
}
