using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Lodestar.Core;

namespace Lodestar.Cli.Tests.House;

/// <summary>Core is pure: its compiled code names no clock, no chance, no file, no process, no console.</summary>
public sealed class CorePurityTests
{
    private static readonly string[] BannedTypes =
    [
        "System.Console", "System.Random", "System.TimeProvider", "System.Diagnostics.Process",
        "System.Diagnostics.Stopwatch", "System.IO.Directory", "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream",
        "System.Net.Http.HttpClient", "System.Net.Sockets.Socket", "System.Security.Cryptography.RandomNumberGenerator",
        "System.Threading.Thread", "System.Threading.Timer", "System.Threading.Tasks.Task",
    ];

    private static readonly string[] BannedMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.IO.Path.GetFullPath", "System.IO.Path.GetTempPath",
    ];

    [Fact]
    public void Core_names_nothing_that_touches_the_world()
    {
        using var stream = File.OpenRead(typeof(Refusal).Assembly.Location);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();

        // Iterators of the compiler read Environment.CurrentManagedThreadId; everything else there is the world's.
        var types = metadata.TypeReferences.Select(handle => Name(metadata, handle));
        var members = metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{Name(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}");

        Assert.Empty(types.Intersect(BannedTypes)
            .Concat(members.Where(member => BannedMembers.Contains(member) || IsEnvironment(member))));
    }

    private static bool IsEnvironment(string member) =>
        member.StartsWith("System.Environment.", StringComparison.Ordinal) && member != "System.Environment.get_CurrentManagedThreadId";

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
