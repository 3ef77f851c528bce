using System.Runtime.Versioning;

// One test at a time: leak checks look at the whole process, and two cores serve one stalled reader badly enough.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// Process tables, curl and printf are Linux's.
[assembly: SupportedOSPlatform("linux")]
