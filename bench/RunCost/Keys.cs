using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lodestar.Core.Runs;

namespace RunCost;

/// <summary>What the key of an effect costs, by the size of its inputs, beside the hash of as many bytes.</summary>
internal static class Keys
{
    private const int Rounds = 15;

    public static void Measure()
    {
        Console.WriteLine("key of an effect, by its inputs: µs of CPU (median), µs for each kB, times SHA-256 of the same bytes");
        foreach (var kilobytes in new[] { 1, 4, 16, 64, 256, 1024 })
        {
            using var inputs = JsonDocument.Parse(Inputs(kilobytes * 1000));
            var bytes = Encoding.UTF8.GetBytes(inputs.RootElement.GetRawText());
            var calls = Math.Max(4, 4000 / kilobytes);
            List<double> keys = [], hashes = [];
            for (var round = 0; round < Rounds; round++)
            {
                keys.Add(Time(calls, () => IdempotencyKey.For("implement", new("T1"), new("snap-0123456789ab"), inputs.RootElement)));
                hashes.Add(Time(calls, () => SHA256.HashData(bytes)));
            }

            var (key, hash) = (Figures.Quantile(keys, 0.5), Figures.Quantile(hashes, 0.5));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{kilobytes,6} kB {key,10:0.0} {key / kilobytes,8:0.00} {key / hash,8:0.0}"));
        }
    }

    private static double Time(int calls, Action action)
    {
        action();
        // Processor time: nothing here waits, and other jobs do not count.
        var since = Environment.CpuUsage.TotalTime;
        for (var call = 0; call < calls; call++)
            action();
        return (Environment.CpuUsage.TotalTime - since).TotalMicroseconds / calls;
    }

    // Names, numbers, short and long texts, nested as the inputs of an effect are.
    private static string Inputs(int bytes)
    {
        var text = new StringBuilder("{\"attempt\":3,\"base\":\"").Append('a', 40).Append("\",\"round\":2,\"findings\":[");
        for (var number = 0; text.Length < bytes - 200; number++)
        {
            text.Append(number == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $"{{\"severity\":\"high\",\"line\":{number},\"file\":\"src/part{number}.cs\",\"text\":\"The list is walked \\\"twice\\\" for every element it holds.\"}}");
        }

        return text.Append("]}").ToString();
    }
}
