using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>Compiles payload plans from message types. Types are compiled once and shared by all plans it hands out. Safe from any thread.</summary>
public sealed class PayloadPlanCompiler
{
    private readonly PlanSet _plans;

    public PayloadPlanCompiler(SchemaCatalog catalog, PayloadPlanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _plans = new PlanSet(catalog, options ?? PayloadPlanOptions.Default);
    }

    public PayloadPlanOptions Options => _plans.Options;

    internal PlanSet Plans => _plans;

    /// <summary>A JSON value → that message on the wire.</summary>
    public PayloadPlan JsonToProtobuf(MessageDescriptor message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new JsonToProtobufPlan(_plans, _plans.Get(message), null);
    }

    /// <summary>That message on the wire → a JSON value.</summary>
    public PayloadPlan ProtobufToJson(MessageDescriptor message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new ProtobufToJsonPlan(_plans, _plans.Get(message), null);
    }

    /// <summary>
    /// That message on the wire → the same in normal form: checked as a parser would, fields by number, packed as declared,
    /// split messages merged; what the schema does not know stays, behind the rest.
    /// </summary>
    public PayloadPlan ProtobufToProtobuf(MessageDescriptor message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new ProtobufToProtobufPlan(_plans, _plans.Get(message));
    }

    /// <summary>The JSON value of one field → its enclosing message on the wire, holding only that field (`body: "book"`).</summary>
    public PayloadPlan JsonToProtobufField(FieldDescriptor field)
    {
        var (message, plan) = Find(field);
        return new JsonToProtobufPlan(_plans, message, plan);
    }

    /// <summary>A message on the wire → the JSON value of one of its fields (`response_body: "book"`); an absent field gives its default, an absent message `{}` or null.</summary>
    public PayloadPlan ProtobufToJsonField(FieldDescriptor field)
    {
        var (message, plan) = Find(field);
        return new ProtobufToJsonPlan(_plans, message, plan);
    }

    private (MessagePlan Message, FieldPlan Field) Find(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        var message = _plans.Get(field.IsExtension ? field.ExtendeeType : field.ContainingType);
        var plan = message.FindByNumber(field.FieldNumber)
            ?? throw new ArgumentException($"{message.FullName} has no field {field.FieldNumber}.", nameof(field));
        return (message, plan);
    }
}
