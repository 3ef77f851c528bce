using System.Collections.Concurrent;
using Grpc.Core;
using Samples.Chat.V1;

namespace Samples.Chat;

/// <summary>The service behind the gateway: it speaks gRPC and knows of nothing else.</summary>
internal sealed class ChatService : V1.Chat.ChatBase
{
    private const int MaxRooms = 100;
    private static readonly ConcurrentDictionary<string, ChatRoom> Rooms = new(StringComparer.Ordinal);

    public override async Task Join(IAsyncStreamReader<JoinRequest> requestStream, IServerStreamWriter<Line> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current is not { Member.Length: > 0 } first)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message names the member."));
        }

        var room = Room(first.Room);
        using var left = new CancellationTokenSource();
        var hearing = room.HearAsync(after: 0, responseStream, left.Token, context.CancellationToken);
        room.Say(first.Member, first.Text.Length > 0 ? first.Text : "is here");
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                room.Say(first.Member, requestStream.Current.Text);
            }
        }
        finally
        {
            // Whether the member said goodbye or was cut off: it hears no more, and the others learn of it.
            await left.CancelAsync();
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            room.Say(first.Member, "has left");
        }
    }

    public override async Task Listen(ListenRequest request, IServerStreamWriter<Line> responseStream, ServerCallContext context)
    {
        // What a listener hears first may be a while away; that it listens is known at once.
        await context.WriteResponseHeadersAsync([]);
        await Room(request.Room).HearAsync(request.After, responseStream, CancellationToken.None, context.CancellationToken);
    }

    private static ChatRoom Room(string name)
    {
        if (name.Length is 0 or > 100)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "A room has a name of 1 to 100 characters."));
        }

        if (Rooms.Count >= MaxRooms && !Rooms.ContainsKey(name))
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"There are {MaxRooms} rooms already."));
        }

        return Rooms.GetOrAdd(name, static _ => new ChatRoom());
    }
}
