using System.Diagnostics;
using System.Text;

namespace Lodestar.TestKit;

/// <summary>Input nobody would type, from numbered seeds, so that whatever breaks can be made to break again.</summary>
/// <remarks>A fixed number of seeds in the suite; <c>LODESTAR_FUZZ_SECONDS=600</c> goes on for as long as one likes,
/// <c>LODESTAR_SEED=number</c> repeats one.</remarks>
public static class Fuzzing
{
    private static readonly string[] Spice =
    [
        "", " ", "\0", "\t", "\r", "\u001b[2J", "\u202e", "\ufeff", "\uffff", "\ud83d\ude80", "a\u0301", "日本", "ﷺ", "'", "\"", "`", "\\", "/", "//", "../", "~", "-", "--", "-1",
        "0", "1", "007", "9999999999999999999999", "-9223372036854775808", "1e308", "NaN", ".", "..", "*", "**", "***", "?", "[", "[a-", "[!]", "{", "{}", "}", "{a,b}", "&a", "*a", "!!str x",
        "<<", "<<<<<<< ours", "=======", ">>>>>>> theirs", "|", ">", "|-", "%", "%2e", "@", "#", "# ", ":", ": ", ",", "- ", "? ", "~", "null", "true", "no", "1s", "7d", "8d", "1h30m", "99999999999h", "1.5h",
        "2026-01-31T12:00:00Z", "2999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "T001", "A00000000", "M000000000000", "L00000000", "$(id)", "%s%n", "\n",
    ];

    /// <summary>Tries a law on many inputs; the first that breaks it is told with its seed.</summary>
    /// <param name="count">How many in the suite.</param>
    /// <param name="law">Throws when the input made with this source of chance breaks the law; gives what was tried.</param>
    public static void Run(int count, Action<Random> law) =>
        RunAsync(count, random =>
        {
            law(random);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>As the other, for laws about something that takes its time.</summary>
    public static async Task RunAsync(int count, Func<Random, Task> law)
    {
        var watch = Stopwatch.StartNew();
        var seconds = Number("LODESTAR_FUZZ_SECONDS");
        for (var seed = Number("LODESTAR_SEED") ?? 1; ; seed++)
        {
            try
            {
                await law(new Random(seed));
            }
            catch (Exception cause)
            {
                throw new InvalidOperationException($"Repeat with LODESTAR_SEED={seed}. {cause.Message}", cause);
            }

            if (Number("LODESTAR_SEED") is not null || (seconds is { } limit ? watch.Elapsed.TotalSeconds > limit : seed >= count))
                return;
        }
    }

    /// <summary>A word of any kind.</summary>
    public static string Word(Random random) => random.Next(6) switch
    {
        0 => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(random, Spice))),
        1 => new string(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(32, 127)).ToArray()),
        2 => new string(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(0xD7FF)).ToArray()),
        3 => new string(Pick(random, Spice).FirstOrDefault('x'), random.Next(3000)),
        _ => Pick(random, Spice),
    };

    /// <summary>A text with a few places cut, doubled, moved or spiced.</summary>
    public static string Damaged(Random random, string text)
    {
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(1, random.Next(2, 60)), text.Length - at);
            var part = text.Substring(at, length);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, part),
                2 => text.Insert(random.Next(text.Length + 1), part),
                3 => text[..at],
                _ => text.Insert(at, Word(random)),
            };
        }

        return text;
    }

    /// <summary>The bytes of a text, in one of ten with a few of them changed.</summary>
    public static byte[] Bytes(Random random, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var times = random.Next(10) == 0 ? 5 : 0; times > 0 && bytes.Length > 0; times--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    /// <summary>One of several.</summary>
    public static T Pick<T>(Random random, IReadOnlyList<T> many) => many[random.Next(many.Count)];

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
