using System.Globalization;
using Transcoders.Fuzz;

// Transcoders.Fuzz [TARGET|all] [MUTATIONS PER FILE] [SEED]: exit 1 with the input when something was found.
var name = args.Length > 0 ? args[0] : "all";
var mutations = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
var failed = false;
foreach (var target in FuzzTargets.All)
{
    if (name != "all" && name != target.Name)
    {
        continue;
    }

    var (finding, tried, accepted) = FuzzRunner.Run(target, mutations, seed);
    Console.WriteLine($"{target.Name}: {tried} inputs, {accepted} accepted{(finding is null ? "" : "\n" + finding)}");
    failed |= finding is not null;
}

return failed ? 1 : 0;
