/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two computers in network namespaces, joined by a wire in user space; see wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY       65534
#define SEGMENTS_MAX 500000
#define FRAMES_MAX   4096 /* on the wire at once */
#define FRAME_BYTES  2048
#define SOCKETS      32
#define RELAY_SECONDS 300 /* longer than any test */

/* Shared by the test and the relay. */
typedef struct
{
  gint delay_ms;
  gint loss, n_loss;
  gint n_segments;
  WireSegment segments[SEGMENTS_MAX];
} Shared;

typedef struct
{
  gint64 due;
  gboolean from_here;
  gsize len;
  guint8 bytes[FRAME_BYTES];
} Frame;

static Shared *shared;
static int sockets_there[2][SOCKETS]; /* IPv4, IPv6 */
static guint n_taken[2];

/* ---- One computer ---- */

static gboolean
write_sysctl (const char *path, const char *value)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && write (fd, value, strlen (value)) == (ssize_t) strlen (value);

  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
set_v4 (int fd, struct ifreq *request, unsigned long what, const char *address)
{
  struct sockaddr_in in = { .sin_family = AF_INET };

  inet_pton (AF_INET, address, &in.sin_addr);
  memcpy (&request->ifr_addr, &in, sizeof in);
  return ioctl (fd, what, request) == 0;
}

static gboolean
set_v6 (const char *name, const char *address)
{
  struct in6_ifreq request = { .ifr6_prefixlen = 64, .ifr6_ifindex = (int) if_nametoindex (name) };
  int fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean ok;

  inet_pton (AF_INET6, address, &request.ifr6_addr);
  ok = fd >= 0 && ioctl (fd, SIOCSIFADDR, &request) == 0;
  close (fd);
  return ok;
}

static gboolean
bring_up (int fd, struct ifreq *request)
{
  return ioctl (fd, SIOCGIFFLAGS, request) == 0 && (request->ifr_flags |= IFF_UP | IFF_RUNNING) != 0
         && ioctl (fd, SIOCSIFFLAGS, request) == 0;
}

static gboolean
configure (const char *name, const char *v4, const char *v6)
{
  struct ifreq lo = { .ifr_name = "lo" }, tap = { 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean ok;

  g_strlcpy (tap.ifr_name, name, sizeof tap.ifr_name);
  write_sysctl ("/proc/sys/net/ipv6/conf/all/accept_dad", "0"); /* an address would be of no use for a second */
  write_sysctl ("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
  ok = bring_up (fd, &lo) && set_v4 (fd, &tap, SIOCSIFADDR, v4) && set_v4 (fd, &tap, SIOCSIFNETMASK, "255.255.255.0")
    && bring_up (fd, &tap) && set_v6 (name, v6);
  close (fd);
  return ok;
}

/* In a new namespace, which is the caller's from then on. */
static const char *
make_computer (const char *name, const char *v4, const char *v6, int *tap)
{
  struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (unshare (CLONE_NEWNET) != 0)
    return "no network namespace of one's own without root";
  write_sysctl ("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
  *tap = open ("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (*tap < 0 || ioctl (*tap, TUNSETIFF, &request) != 0)
    return "no TAP device here";
  return configure (name, v4, v6) ? NULL : "the TAP device cannot be brought up";
}

static void
make_sockets (void)
{
  for (guint i = 0; i < SOCKETS; i++)
    {
      sockets_there[0][i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      sockets_there[1][i] = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
}

/* ---- The relay, a process of its own ---- */

static guint16
get_u16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static guint32
get_u32 (const guint8 *at)
{
  return (guint32) get_u16 (at) << 16 | get_u16 (at + 2);
}

static guint8
find_scale (const guint8 *options, gsize len)
{
  for (gsize at = 0; at + 1 < len && options[at] != 0; at += options[at] == 1 ? 1 : MAX (options[at + 1], 2))
    if (options[at] == 3 && at + 2 < len)
      return options[at + 2];
  return 0;
}

/* A reader of its own: it shares no line with what it checks. */
static gboolean
read_segment (const Frame *frame, WireSegment *segment)
{
  const guint8 *ip = frame->bytes + 14, *tcp = NULL;
  gboolean v4 = get_u16 (frame->bytes + 12) == 0x0800;
  gsize total, header;

  if (frame->len < 14 + 40 || (v4 ? ip[9] : ip[6]) != IPPROTO_TCP || (!v4 && get_u16 (frame->bytes + 12) != 0x86dd))
    return FALSE;
  tcp = v4 ? ip + 4 * (ip[0] & 15) : ip + 40;
  total = v4 ? get_u16 (ip + 2) - 4u * (ip[0] & 15) : get_u16 (ip + 4);
  header = 4u * (tcp[12] >> 4);
  *segment = (WireSegment){
    .time = g_get_monotonic_time (), .from_here = frame->from_here, .family = v4 ? AF_INET : AF_INET6, .flags = tcp[13],
    .here = get_u16 (tcp + (frame->from_here ? 0 : 2)), .there = get_u16 (tcp + (frame->from_here ? 2 : 0)),
    .seq = get_u32 (tcp + 4), .ack = get_u32 (tcp + 8), .window = get_u16 (tcp + 14), .payload = (guint32) (total - header),
    .scale = (tcp[13] & 2) != 0 ? find_scale (tcp + 20, header - 20) : 0,
  };
  return TRUE;
}

static gboolean
is_to_lose (WireLoss what, const WireSegment *segment)
{
  switch (what)
    {
    case WIRE_LOSE_DATA_FROM_HERE: return segment->from_here && segment->payload > 0;
    case WIRE_LOSE_ALL_FROM_THERE: return !segment->from_here;
    case WIRE_LOSE_SYN_V6: return segment->family == AF_INET6 && (segment->flags & 2) != 0;
    case WIRE_LOSE_ACK_FROM_THERE: return !segment->from_here && segment->flags == 0x10 && segment->payload == 0;
    default: return FALSE;
    }
}

/* FALSE: lost. */
static gboolean
note_frame (const Frame *frame)
{
  WireSegment segment;
  gint n = g_atomic_int_get (&shared->n_segments);

  if (!read_segment (frame, &segment))
    return TRUE;
  if (g_atomic_int_get (&shared->n_loss) > 0 && is_to_lose ((WireLoss) g_atomic_int_get (&shared->loss), &segment))
    {
      segment.lost = TRUE;
      g_atomic_int_add (&shared->n_loss, -1);
    }
  if (n < SEGMENTS_MAX)
    {
      shared->segments[n] = segment;
      g_atomic_int_set (&shared->n_segments, n + 1);
    }
  return !segment.lost;
}

static G_GNUC_NORETURN void
run_relay (int here, int there, int life)
{
  static Frame frames[FRAMES_MAX]; /* a ring: all are delayed alike, so they leave in order */
  guint first = 0, n = 0;
  int taps[2] = { there, here };

  alarm (RELAY_SECONDS);
  for (;;)
    {
      struct pollfd ready[3] = { { here, POLLIN, 0 }, { there, POLLIN, 0 }, { life, POLLIN, 0 } };
      gint64 now = g_get_monotonic_time ();
      gint64 wait = n > 0 ? (frames[first].due - now + 999) / 1000 : 1000;

      poll (ready, 3, (int) CLAMP (wait, 0, 1000));
      if (ready[2].revents != 0) /* the test is over: its end of the pipe is closed */
        _exit (0);
      for (guint i = 0; i < 2; i++)
        while (n < FRAMES_MAX)
          {
            Frame *frame = &frames[(first + n) % FRAMES_MAX];
            ssize_t len = read (ready[i].fd, frame->bytes, sizeof frame->bytes);

            if (len <= 0)
              break;
            frame->len = (gsize) len;
            frame->from_here = i == 0;
            frame->due = g_get_monotonic_time () + g_atomic_int_get (&shared->delay_ms) * 1000;
            n += note_frame (frame) ? 1 : 0;
          }
      for (now = g_get_monotonic_time (); n > 0 && frames[first].due <= now; n--, first = (first + 1) % FRAMES_MAX)
        if (write (taps[frames[first].from_here ? 0 : 1], frames[first].bytes, frames[first].len) < 0)
          continue; /* a full device loses it: so does a wire */
    }
}

/* ---- tcpdump, a process of the relay's ---- */

static gboolean witness_wanted;
static char *witness_program;      /* (nullable) */
static int witness_fd = -1;        /* what it writes, and what is read of it here */
static off_t witness_at;
static GString *witness_text;      /* not read yet: less than a line */
static GArray *witnessed;          /* of WireSegment */

/* It ends with the relay, and the relay with the test. */
static void
run_witness (void)
{
  pid_t parent = getpid ();

  if (witness_program == NULL || fork () != 0)
    return;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (0);
  dup2 (witness_fd, STDOUT_FILENO);
  dup2 (witness_fd, STDERR_FILENO);
  execl (witness_program, "tcpdump", "-i", "hs-here", "-Z", "root", "--immediate-mode", "-s", "160", "-B", "32768", "-l", "-nn", "-S", "-vv", "tcp", NULL);
  _exit (127);
}

/* "192.0.2.1.40000 > 192.0.2.2.9: Flags [S.], cksum …, seq 1:5, ack 2, win 3, options [… wscale 7 …], length 4" */
static gboolean
read_line (const char *line, WireSegment *segment)
{
  static const struct { char letter; guint8 flag; } letters[] = { { 'F', 1 }, { 'S', 2 }, { 'R', 4 }, { 'P', 8 }, { '.', 16 } };
  static GRegex *regex;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *from = NULL, *to = NULL, *flags = NULL;
  g_auto (GStrv) numbers = g_new0 (char *, 7);

  if (regex == NULL)
    regex = g_regex_new ("([0-9a-f.:]+)\\.(\\d+) > ([0-9a-f.:]+)\\.(\\d+): Flags \\[([^\\]]*)\\],.* seq (\\d+)(?::\\d+)?,(?: ack (\\d+),)? win (\\d+),"
                         "(?:.*wscale (\\d+))?.* length (\\d+)", G_REGEX_OPTIMIZE, 0, NULL);
  if (!g_regex_match (regex, line, 0, &match))
    return FALSE;
  from = g_match_info_fetch (match, 1);
  flags = g_match_info_fetch (match, 5);
  for (guint i = 0; i < 5; i++)
    numbers[i] = g_match_info_fetch (match, 6 + (gint) i);
  *segment = (WireSegment){
    .from_here = g_str_equal (from, WIRE_HERE_V4) || g_str_equal (from, WIRE_HERE_V6),
    .family = strchr (from, ':') != NULL ? AF_INET6 : AF_INET,
    .seq = (guint32) g_ascii_strtoull (numbers[0], NULL, 10), .ack = (guint32) g_ascii_strtoull (numbers[1], NULL, 10),
    .window = (guint16) atoi (numbers[2]), .scale = (guint8) atoi (numbers[3]), .payload = (guint32) atoi (numbers[4]),
  };
  to = g_match_info_fetch (match, 2);
  *(segment->from_here ? &segment->here : &segment->there) = (guint16) atoi (to);
  g_free (to);
  to = g_match_info_fetch (match, 4);
  *(segment->from_here ? &segment->there : &segment->here) = (guint16) atoi (to);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (strchr (flags, letters[i].letter) != NULL)
      segment->flags |= letters[i].flag;
  return TRUE;
}

static void
read_witness (void)
{
  char buffer[65536];
  ssize_t len;
  char *end;

  while ((len = pread (witness_fd, buffer, sizeof buffer, witness_at)) > 0)
    {
      witness_at += len;
      g_string_append_len (witness_text, buffer, len);
    }
  while ((end = strchr (witness_text->str, '\n')) != NULL)
    {
      WireSegment segment;

      *end = '\0';
      if (read_line (witness_text->str, &segment))
        g_array_append_val (witnessed, segment);
      g_string_erase (witness_text, 0, end + 1 - witness_text->str);
    }
}

/* It is ready when it says so; else there is none. */
static void
await_witness (void)
{
  if (witness_program == NULL)
    return;
  for (guint i = 0; i < 500; i++, g_usleep (10000))
    {
      char said[4096] = "";

      if (pread (witness_fd, said, sizeof said - 1, 0) > 0 && strstr (said, "listening on hs-here") != NULL)
        return;
    }
  g_clear_pointer (&witness_program, g_free);
}

static void
make_witness (void)
{
  if (!witness_wanted)
    return;
  witness_program = g_find_program_in_path ("tcpdump");
  witness_fd = memfd_create ("tcpdump", MFD_CLOEXEC);
  witness_text = g_string_new (NULL);
  witnessed = g_array_new (FALSE, FALSE, sizeof (WireSegment));
}

/* ---- Public ---- */

void
wire_want_witness (void)
{
  witness_wanted = TRUE;
}

gboolean
wire_has_witness (void)
{
  return witness_program != NULL;
}

guint
wire_get_n_witnessed (void)
{
  read_witness ();
  return witnessed->len;
}

const WireSegment *
wire_get_witnessed (guint i)
{
  return &g_array_index (witnessed, WireSegment, i);
}

static gboolean
become_nobody (void)
{
  return setgroups (0, NULL) == 0 && setresgid (NOBODY, NOBODY, NOBODY) == 0 && setresuid (NOBODY, NOBODY, NOBODY) == 0;
}

/* The TAP device is the relay's: it would outlive the test in this process. */
static void
run_there (void (*func) (void), int tap)
{
  pid_t parent = getpid ();

  if (fork () != 0)
    return;
  close (tap);
  if (!become_nobody () || prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != parent)
    _exit (1);
  func ();
  _exit (0);
}

const char *
wire_open (void)
{
  return wire_open_with (NULL);
}

const char *
wire_open_with (void (*func) (void))
{
  int here = -1, there = -1, life[2];
  const char *why;

  if (getuid () != 0)
    return "namespaces joined by a wire need root";
  why = make_computer ("hs-there", WIRE_THERE_V4, WIRE_THERE_V6, &there);
  if (why != NULL)
    return why;
  if (func != NULL)
    run_there (func, there);
  make_sockets (); /* they also keep that computer alive */
  why = make_computer ("hs-here", WIRE_HERE_V4, WIRE_HERE_V6, &here);
  if (why != NULL)
    return why;

  shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (pipe2 (life, O_CLOEXEC) != 0)
    return g_strerror (errno);
  make_witness ();
  if (fork () == 0)
    {
      for (guint i = 0; i < SOCKETS; i++)
        close (sockets_there[0][i]), close (sockets_there[1][i]); /* else no close () of the test's would be the last */
      run_witness ();
      close (life[1]); /* the other end stays open as long as the test runs; a signal from nobody to root would not be sent */
      run_relay (here, there, life[0]);
    }
  close (life[0]);
  close (here);
  close (there);
  await_witness ();
  if (!become_nobody ())
    return "cannot become an ordinary user";
  return NULL;
}

void
wire_set_delay (guint ms)
{
  g_atomic_int_set (&shared->delay_ms, (gint) ms);
}

void
wire_lose (WireLoss what, guint n)
{
  g_atomic_int_set (&shared->n_loss, 0);
  g_atomic_int_set (&shared->loss, (gint) what);
  g_atomic_int_set (&shared->n_loss, (gint) n);
}

int
wire_take_socket_there (int family)
{
  guint i = family == AF_INET6 ? 1 : 0;

  g_assert_cmpuint (n_taken[i], <, SOCKETS);
  return sockets_there[i][n_taken[i]++];
}

guint
wire_get_n_segments (void)
{
  return (guint) g_atomic_int_get (&shared->n_segments);
}

const WireSegment *
wire_get_segment (guint i)
{
  return &shared->segments[i];
}
