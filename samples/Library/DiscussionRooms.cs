using System.Threading.Channels;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>The rooms of Discuss. A room exists while somebody sits in it.</summary>
internal sealed class DiscussionRooms
{
    private const int MaxRooms = 1_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>Takes a seat; everybody in the room, the newcomer too, hears of it. Disposing leaves the room.</summary>
    public DiscussionSeat Join(string room, string author)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var found))
            {
                if (_rooms.Count >= MaxRooms)
                {
                    throw Failures.TooMany("rooms", $"There are {MaxRooms} rooms already.", TimeSpan.FromSeconds(10));
                }

                _rooms.Add(room, found = new Room());
            }

            var seat = new DiscussionSeat(this, room, author);
            found.Seats.Add(seat);
            Broadcast(seat, Remark.Types.Kind.Joined, "");
            return seat;
        }
    }

    internal void Broadcast(DiscussionSeat from, Remark.Types.Kind kind, string text)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(from.Room, out var room) || !room.Seats.Contains(from))
            {
                return;
            }

            var remark = new Remark { Room = from.Room, Author = from.Author, Text = text, Kind = kind, Sequence = ++room.Sequence };
            foreach (var seat in room.Seats)
            {
                seat.Hear(remark);
            }
        }
    }

    internal void Leave(DiscussionSeat seat)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(seat.Room, out var room) || !room.Seats.Remove(seat))
            {
                return;
            }

            if (room.Seats.Count == 0)
            {
                _rooms.Remove(seat.Room);
                return;
            }

            var remark = new Remark { Room = seat.Room, Author = seat.Author, Kind = Remark.Types.Kind.Left, Sequence = ++room.Sequence };
            foreach (var other in room.Seats)
            {
                other.Hear(remark);
            }
        }
    }

    private sealed class Room
    {
        public List<DiscussionSeat> Seats { get; } = [];

        public long Sequence { get; set; }
    }
}

/// <summary>One member's place in a room. A member that listens too slowly is shown out with RESOURCE_EXHAUSTED.</summary>
internal sealed class DiscussionSeat(DiscussionRooms rooms, string room, string author) : IDisposable
{
    private const int MaxUnheard = 1_024;

    private readonly Channel<Remark> _heard = Channel.CreateBounded<Remark>(new BoundedChannelOptions(MaxUnheard) { SingleReader = true });

    public string Room { get; } = room;

    public string Author { get; } = author;

    public ChannelReader<Remark> Heard => _heard.Reader;

    public void Say(string text) => rooms.Broadcast(this, Remark.Types.Kind.Said, text);

    /// <summary>Ends what this seat hears, after what it has heard already.</summary>
    public void Leave()
    {
        rooms.Leave(this);
        _heard.Writer.TryComplete();
    }

    public void Dispose() => Leave();

    internal void Hear(Remark remark)
    {
        if (!_heard.Writer.TryWrite(remark))
        {
            _heard.Writer.TryComplete(Failures.TooMany(Author, $"{Author} is {MaxUnheard} remarks behind.", TimeSpan.FromSeconds(1)));
        }
    }
}
