using System.Text.Json;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The copy of a receipt in a run's folder. The ledger holds the receipt itself, so a copy can be held against it.</summary>
internal sealed class ReceiptFile
{
    internal ReceiptFile(string runFolder, Receipt receipt)
    {
        Receipt = receipt;
        // The task's name is escaped, so that it can neither leave the folder nor hide in it.
        FullPath = Path.Combine(runFolder, "receipts", RefName.Escape(receipt.TaskId), $"step-{receipt.Number}.json");
        Content = [.. JsonSerializer.SerializeToUtf8Bytes(receipt, PlanJson.Default.Receipt), (byte)'\n'];
    }

    /// <summary>What the ledger holds.</summary>
    internal Receipt Receipt { get; }

    /// <summary>Where the copy is.</summary>
    internal string FullPath { get; }

    /// <summary>What the copy should be.</summary>
    internal byte[] Content { get; }

    /// <summary>Holds the copy against the ledger. A crash leaves none or its beginning, lost power leaves zeroes; whatever
    /// else differs was written by somebody.</summary>
    internal ReceiptCopy Look()
    {
        var expected = Content;
        byte[] found;
        try
        {
            using var file = File.OpenHandle(FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (length > expected.Length + 1024)
                return ReceiptCopy.Altered;
            found = new byte[length];
            found = found[..RandomAccess.Read(file, found, 0)];
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            return ReceiptCopy.Missing;
        }

        var whole = found.AsSpan().TrimEnd((byte)0);
        if (!expected.AsSpan().StartsWith(whole))
            return ReceiptCopy.Altered;
        return found.Length == expected.Length && whole.Length == expected.Length ? ReceiptCopy.Whole : ReceiptCopy.Torn;
    }
}

/// <summary>What became of a receipt's copy.</summary>
internal enum ReceiptCopy
{
    /// <summary>It says what the ledger says.</summary>
    Whole,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>Only its beginning is there.</summary>
    Torn,

    /// <summary>It says something else.</summary>
    Altered,
}
