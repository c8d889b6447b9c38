/* The load client: many sockets, one thread, epoll. Cheaper than any server it measures.
 *
 * It opens sockets at a bounded rate, speaks just enough of WebSocket, Socket.IO or Server-Sent
 * Events to be a reader, and looks into every frame: for a mark that says when the event was
 * written, and for a number by which loss, repeats and disorder are seen.
 *
 * Prints one JSON line when all sockets are ready, one for each `mark` and `until`, and one at
 * the end. `client --help` tells the options. Built by `gcc -O2 -o client client.c`.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 20, EVENTS = 1024, MOST = 16, LINE = 8192 };
enum Mode { WS, SIO, SSE };
enum State { FRESH, CONNECTING, HANDSHAKE, GREETING, JOINING, READY, GONE };

typedef struct {
    int fd;
    uint8_t state, joins;     /* joins: answers that have come to our `--join` frames */
    uint32_t kept, room;      /* bytes of `rest` in use, and its size */
    uint64_t last;            /* the newest number seen */
    char *rest;               /* the beginning of what has not come whole */
} Socket;

static struct {
    const char *host, *path, *ready, *joined, *mark, *number, *text;
    int port, sockets, rate, pending, control;
    double seconds;
    enum Mode mode;
    char *headers[MOST], *joins[MOST];
    int n_headers, n_joins;
} opt = {.host = "127.0.0.1", .path = "/ws/", .mark = "bench=", .sockets = 1, .rate = 2000,
         .pending = 64, .seconds = 0};

typedef struct {
    uint64_t frames, events, bytes, lost, duplicates, out_of_order;
    uint64_t first_ns, last_ns, most_ns;
    uint32_t buckets[64 * 64];   /* by power of two, 64 steps in each: 1.6 % wide */
} Tally;

static Tally now_, all;
static Socket *sockets;
static char **tokens, **values;
static int n_tokens, n_values, poll_fd;
static int begun, opened, ready, failed, closed, waiting, last_code, http_status;
static double connect_seconds;
static char input[READ_BYTES + 16];

static uint64_t clock_ns(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (uint64_t)at.tv_sec * 1000000000u + at.tv_nsec;
}

static double cpu_seconds(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e9; }

static void die(const char *what) {
    perror(what);
    exit(2);
}

/* ---- what is counted ------------------------------------------------------------------- */

static unsigned bucket_of(uint64_t value) {
    if (value < 64) return value;
    unsigned power = 63 - __builtin_clzll(value);
    return (power - 5) * 64 + ((value >> (power - 6)) & 63);
}

static double bucket_value(unsigned bucket) {
    if (bucket < 64) return bucket;
    unsigned power = bucket / 64 + 5;
    return (double)((1ull << power) + ((uint64_t)(bucket % 64) << (power - 6)));
}

static double quantile_ms(const Tally *tally, double share) {
    uint64_t total = 0, seen = 0;
    for (unsigned i = 0; i < 64 * 64; i++) total += tally->buckets[i];
    for (unsigned i = 0; i < 64 * 64 && total; i++)
        if ((seen += tally->buckets[i]) >= share * total) return bucket_value(i) / 1e6;
    return 0;
}

static void add(Tally *to, const Tally *from) {
    to->frames += from->frames, to->events += from->events, to->bytes += from->bytes;
    to->lost += from->lost, to->duplicates += from->duplicates;
    to->out_of_order += from->out_of_order;
    if (!to->first_ns) to->first_ns = from->first_ns;
    if (from->last_ns) to->last_ns = from->last_ns;
    if (from->most_ns > to->most_ns) to->most_ns = from->most_ns;
    for (unsigned i = 0; i < 64 * 64; i++) to->buckets[i] += from->buckets[i];
}

/* Sockets that lack the newest events: no gap shows them. */
static uint64_t behind(void) {
    uint64_t newest = 0, sum = 0;
    for (int i = 0; i < opt.sockets; i++)
        if (sockets[i].last > newest) newest = sockets[i].last;
    for (int i = 0; i < opt.sockets; i++)
        if (sockets[i].state == READY && sockets[i].last) sum += newest - sockets[i].last;
    return sum;
}

static void report(const char *name, const Tally *tally, double cpu) {
    printf("{\"phase\":\"%s\",\"opened\":%d,\"ready\":%d,\"failed\":%d,\"closed\":%d,"
           "\"lastCloseCode\":%d,\"lastHttpStatus\":%d,"
           "\"frames\":%llu,\"events\":%llu,\"bytes\":%llu,\"lost\":%llu,\"behind\":%llu,"
           "\"duplicates\":%llu,\"outOfOrder\":%llu,"
           "\"latencyMs\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f},"
           "\"firstNs\":%llu,\"lastNs\":%llu,\"clientCpuSeconds\":%.4f,"
           "\"connectSeconds\":%.3f}\n",
           name, opened, ready, failed, closed, last_code, http_status,
           (unsigned long long)tally->frames, (unsigned long long)tally->events,
           (unsigned long long)tally->bytes, (unsigned long long)tally->lost,
           (unsigned long long)behind(), (unsigned long long)tally->duplicates,
           (unsigned long long)tally->out_of_order, quantile_ms(tally, .5),
           quantile_ms(tally, .9), quantile_ms(tally, .99), tally->most_ns / 1e6,
           (unsigned long long)tally->first_ns, (unsigned long long)tally->last_ns, cpu,
           connect_seconds);
    fflush(stdout);
}

/* What came since the last report. */
static void report_phase(const char *name) {
    static double cpu_before;
    double cpu = cpu_seconds();
    report(name, &now_, cpu - cpu_before);
    add(&all, &now_);
    memset(&now_, 0, sizeof now_);
    cpu_before = cpu;
}

static uint64_t digits(const char *at, const char *end) {
    uint64_t value = 0;
    while (at < end && *at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
    return value;
}

static const char *find(const char *text, const char *data, size_t length) {
    const char *at = memmem(data, length, text, strlen(text));
    return at ? at + strlen(text) : NULL;
}

static void count_number(Socket *s, uint64_t number) {
    if (!s->last || number == s->last + 1) s->last = number;
    else if (number == s->last) now_.duplicates++;
    else if (number < s->last) now_.out_of_order++;   /* a late or repeated one */
    else now_.lost += number - s->last - 1, s->last = number;
}

/* Whether the frame is an event: it carries the mark `bench=<ns>,<number>`. */
static int count_event(Socket *s, const char *data, size_t length, uint64_t now) {
    const char *end = data + length, *at = find(opt.mark, data, length);
    if (!at) return 0;
    uint64_t written = digits(at, end), took = now > written ? now - written : 0;
    const char *comma = memchr(at, ',', end - at < 24 ? end - at : 24);
    const char *number = opt.number ? find(opt.number, data, length) : comma ? comma + 1 : NULL;
    now_.events++;
    now_.buckets[bucket_of(took)]++;
    if (took > now_.most_ns) now_.most_ns = took;
    if (!now_.first_ns) now_.first_ns = now;
    now_.last_ns = now;
    if (number) count_number(s, digits(number, end));
    return 1;
}

/* ---- what is sent ---------------------------------------------------------------------- */

static void drop(Socket *s) {
    if (s->state == GONE) return;
    if (s->state >= CONNECTING && s->state < READY) waiting--;
    if (s->state < GREETING) failed++;
    else closed++;
    if (s->state == READY) ready--;
    close(s->fd);
    free(s->rest);
    s->rest = NULL;
    s->state = GONE;
}

static void write_all(Socket *s, const char *data, size_t length) {
    /* What we send is small: a full buffer means a server that reads no more. */
    if (send(s->fd, data, length, MSG_NOSIGNAL) != (ssize_t)length) drop(s);
}

static void send_frame(Socket *s, int opcode, const char *data, size_t length) {
    unsigned char frame[LINE + 16], key[4] = {0x5a, 0x17, 0xc3, 0x88};
    size_t at = 2;
    if (length > LINE) return;
    frame[0] = 0x80 | opcode;
    if (length < 126) frame[1] = 0x80 | length;
    else frame[1] = 0x80 | 126, frame[2] = length >> 8, frame[3] = length & 255, at = 4;
    memcpy(frame + at, key, 4), at += 4;
    for (size_t i = 0; i < length; i++) frame[at + i] = data[i] ^ key[i & 3];
    write_all(s, (char *)frame, at + length);
}

/* `{}` in a text stands for this socket's line of `--values`. */
static size_t fill(char *out, const char *text, const Socket *s) {
    const char *value = n_values ? values[(s - sockets) % n_values] : "";
    const char *hole = strstr(text, "{}");
    if (!hole || !n_values) return snprintf(out, LINE, "%s", text);
    return snprintf(out, LINE, "%.*s%s%s", (int)(hole - text), text, value, hole + 2);
}

static void handshake(Socket *s) {
    char path[LINE], request[4 * LINE];
    fill(path, opt.path, s);
    size_t at = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n", path,
                         opt.host, opt.port);
    for (int i = 0; i < opt.n_headers; i++)
        at += snprintf(request + at, sizeof request - at, "%s\r\n", opt.headers[i]);
    if (n_tokens)
        at += snprintf(request + at, sizeof request - at, "%s\r\n",
                       tokens[(s - sockets) % n_tokens]);
    at += snprintf(request + at, sizeof request - at, "%s\r\n\r\n",
                   opt.mode == SSE ? "Accept: text/event-stream"
                                   : "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                     "Sec-WebSocket-Version: 13");
    s->state = HANDSHAKE;
    write_all(s, request, at);
}

static void become_ready(Socket *s) {
    s->state = READY;
    ready++, waiting--;
}

static void greet(Socket *s) {
    char text[LINE];
    s->state = JOINING;
    for (int i = 0; i < opt.n_joins && s->state == JOINING; i++) {
        size_t length = fill(text, opt.joins[i], s);
        send_frame(s, 1, text, length);
    }
    if (s->state == JOINING && (!opt.n_joins || !opt.joined)) become_ready(s);
}

/* ---- what comes ------------------------------------------------------------------------ */

static void answer_text(Socket *s, const char *data, size_t length) {
    static const char beat[] = "{\"type\":\"heartbeat\",\"payload\":{}}";
    if (opt.mode == SIO && length == 1 && *data == '2') send_frame(s, 1, "3", 1);
    else if (opt.mode == SIO && length && *data == '0') {
        const char *hello = opt.text ? opt.text : "40";
        send_frame(s, 1, hello, strlen(hello));
    } else if (opt.mode == WS && find("\"type\":\"heartbeat\"", data, length))
        send_frame(s, 1, beat, sizeof beat - 1);
    if (s->state == GREETING && opt.ready && find(opt.ready, data, length)) greet(s);
    else if (s->state == JOINING && opt.joined && find(opt.joined, data, length) &&
             ++s->joins == opt.n_joins)
        become_ready(s);
}

static void take_frame(Socket *s, int opcode, const char *data, size_t length, uint64_t now) {
    now_.frames++;
    if (opcode == 9) send_frame(s, 10, data, length);
    else if (opcode == 8) {
        last_code = length >= 2 ? (unsigned char)data[0] << 8 | (unsigned char)data[1] : 1005;
        send_frame(s, 8, data, length < 2 ? 0 : 2);
        drop(s);
    } else if (opcode < 3 && !count_event(s, data, length, now)) answer_text(s, data, length);
}

/* Whole frames out of `data`; the bytes that were taken. Servers mask nothing. */
static size_t take_frames(Socket *s, const char *data, size_t length, uint64_t now) {
    size_t at = 0;
    while (s->state != GONE && length - at >= 2) {
        const unsigned char *head = (const unsigned char *)data + at;
        uint64_t size = head[1] & 127, skip = 2;
        if (size == 126) {
            if (length - at < 4) break;
            size = head[2] << 8 | head[3], skip = 4;
        } else if (size == 127) {
            if (length - at < 10) break;
            size = 0, skip = 10;
            for (int i = 2; i < 10; i++) size = size << 8 | head[i];
        }
        if (length - at < skip + size) break;
        take_frame(s, head[0] & 15, data + at + skip, size, now);
        at += skip + size;
    }
    return at;
}

/* Whole lines; the sizes of chunks stand on lines of their own, and are passed over. */
static size_t take_lines(Socket *s, const char *data, size_t length, uint64_t now) {
    const char *end;
    size_t at = 0;
    while ((end = memchr(data + at, '\n', length - at))) {
        size_t size = end - data - at;
        if (size > 5 && !memcmp(data + at, "data:", 5)) {
            now_.frames++;
            count_event(s, data + at, size, now);
        }
        at += size + 1;
    }
    return at;
}

static size_t take_handshake(Socket *s, const char *data, size_t length) {
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    int status = length > 12 ? atoi(data + 9) : 0;
    if (status != (opt.mode == SSE ? 200 : 101)) {
        http_status = status;
        drop(s);
        return length;
    }
    opened++;
    s->state = GREETING;
    if (!opt.ready) greet(s);
    return end + 4 - data;
}

static size_t take(Socket *s, const char *data, size_t length, uint64_t now) {
    size_t at = s->state == HANDSHAKE ? take_handshake(s, data, length) : 0;
    if (s->state <= HANDSHAKE || s->state == GONE) return at;
    return at + (opt.mode == SSE ? take_lines : take_frames)(s, data + at, length - at, now);
}

static void keep(Socket *s, const char *data, size_t length) {
    if (length > s->room) {
        s->room = length + 256;
        if (!(s->rest = realloc(s->rest, s->room))) die("realloc");
    }
    if (length) memmove(s->rest, data, length);
    s->kept = length;
}

static void read_socket(Socket *s) {
    size_t kept = s->kept;
    if (kept) memcpy(input, s->rest, kept);
    ssize_t got = recv(s->fd, input + kept, READ_BYTES - kept, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        drop(s);
        return;
    }
    now_.bytes += got;
    size_t length = kept + got, used = take(s, input, length, clock_ns(CLOCK_REALTIME));
    if (s->state == GONE) return;
    if (length - used == READ_BYTES) drop(s);   /* a frame larger than we ever take */
    else if (kept || used < length) keep(s, input + used, length - used);
}

/* ---- opening --------------------------------------------------------------------------- */

static void open_socket(Socket *s) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(opt.port)};
    inet_pton(AF_INET, opt.host, &to.sin_addr);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s->fd < 0) die("socket");
    int on = 1;
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* Ends without TIME_WAIT: ten thousand of those would use up the ports. */
    struct linger cut = {1, 0};
    setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &cut, sizeof cut);
    s->state = CONNECTING;
    waiting++;
    if (connect(s->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
        drop(s);
        return;
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = s};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, s->fd, &event)) die("epoll_ctl");
}

static void connected(Socket *s) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        drop(s);
        return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, s->fd, &event);
    handshake(s);
}

static void open_more(uint64_t started) {
    double allowed = (clock_ns(CLOCK_MONOTONIC) - started) / 1e9 * opt.rate + 1;
    while (begun < opt.sockets && begun < allowed && waiting < opt.pending)
        open_socket(&sockets[begun++]);
}

/* ---- commands and the loop ------------------------------------------------------------- */

static uint64_t until_events, until_ns, quit;

/* `mark`: report; `until EVENTS SECONDS`: report when so many came, or then; `quit`. */
static void take_command(char *line) {
    double seconds = 0;
    unsigned long long events = 0;
    if (!strncmp(line, "mark", 4)) report_phase("mark");
    else if (sscanf(line, "until %llu %lf", &events, &seconds) == 2) {
        until_events = events;
        until_ns = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9);
    } else if (!strncmp(line, "quit", 4)) quit = 1;
}

static void read_commands(void) {
    static char line[256];
    static size_t length;
    ssize_t got = read(0, line + length, sizeof line - 1 - length);
    if (got <= 0) {
        quit = 1;
        return;
    }
    length += got;
    line[length] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
        *end = 0;
        take_command(line);
        length -= end + 1 - line;
        memmove(line, end + 1, length + 1);
    }
}

static void run(void) {
    static struct epoll_event events[EVENTS];
    uint64_t started = clock_ns(CLOCK_MONOTONIC), ends = 0;
    int told = 0;
    if (opt.control) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &event)) die("stdin");
    }
    while (!quit) {
        if (begun < opt.sockets) open_more(started);
        int count = epoll_wait(poll_fd, events, EVENTS, begun < opt.sockets ? 1 : 20);
        for (int i = 0; i < count; i++) {
            Socket *s = events[i].data.ptr;
            if (!s) read_commands();
            else if (s->state == CONNECTING) connected(s);
            else if (s->state != GONE) read_socket(s);
        }
        uint64_t now = clock_ns(CLOCK_MONOTONIC);
        if (!told && begun == opt.sockets && !waiting) {
            told = 1;
            connect_seconds = (now - started) / 1e9;
            report_phase("ready");
            if (!opt.control) ends = now + (uint64_t)(opt.seconds * 1e9);
        }
        if (until_ns && (now_.events >= until_events || now >= until_ns)) {
            until_ns = 0;
            report_phase("until");
        }
        if (ends && now >= ends) break;
    }
}

static char **read_lines(const char *name, int *count) {
    FILE *file = fopen(name, "r");
    char **lines = NULL, *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!file) die(name);
    while ((length = getline(&line, &room, file)) > 0) {
        while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            line[--length] = 0;
        if (!length) continue;
        if (length > LINE / 2) exit((fprintf(stderr, "%s: a line is too long\n", name), 2));
        lines = realloc(lines, (*count + 1) * sizeof *lines);
        lines[(*count)++] = strdup(line);
    }
    free(line);
    fclose(file);
    if (!*count) exit((fprintf(stderr, "%s: empty\n", name), 2));
    return lines;
}

static void push(char **list, int *count, char *value) {
    if (*count == MOST || strlen(value) > LINE / 2) exit((fprintf(stderr, "too much\n"), 2));
    list[(*count)++] = value;
}

static const char help[] =
    "usage: client --port PORT [OPTION…]\n"
    "  --host ADDRESS     127.0.0.1\n"
    "  --path PATH        /ws/; {} stands for the socket's line of --values\n"
    "  --mode MODE        ws, sio (Socket.IO) or sse\n"
    "  --sockets N        how many to open (1)\n"
    "  --rate N           opened per second at most (2000)\n"
    "  --pending N        not yet ready at a time, at most (64)\n"
    "  --header LINE      a header for all; may be repeated\n"
    "  --headers FILE     a header line for each socket, in turn\n"
    "  --values FILE      a value for each socket, in turn\n"
    "  --ready TEXT       a frame with this greets the socket (ws: none awaited; sio: 40{)\n"
    "  --hello TEXT       what opens Socket.IO's namespace (40)\n"
    "  --join TEXT        a frame to send when greeted, {} as above; may be repeated\n"
    "  --joined TEXT      a frame with this answers one --join\n"
    "  --mark TEXT        before the time in ns, and `,number`, of an event (bench=)\n"
    "  --number TEXT      before an event's number, if elsewhere: '\"seq\":\"'\n"
    "  --seconds S        end so long after all are ready\n"
    "  --control          read `mark`, `until EVENTS SECONDS`, `quit` on standard input\n";

static void options(int argc, char **argv) {
    static const struct option known[] = {
        {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"path", 1, 0, 'P'}, {"mode", 1, 0, 'm'},
        {"sockets", 1, 0, 'n'}, {"rate", 1, 0, 'r'}, {"pending", 1, 0, 'w'},
        {"header", 1, 0, 'H'}, {"headers", 1, 0, 'F'}, {"values", 1, 0, 'V'},
        {"ready", 1, 0, 'R'}, {"hello", 1, 0, 'T'}, {"join", 1, 0, 'j'}, {"joined", 1, 0, 'J'},
        {"mark", 1, 0, 'k'}, {"number", 1, 0, 'N'}, {"seconds", 1, 0, 's'},
        {"control", 0, 0, 'c'}, {"help", 0, 0, '?'}, {0}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) switch (c) {
        case 'h': opt.host = optarg; break;
        case 'p': opt.port = atoi(optarg); break;
        case 'P': opt.path = optarg; break;
        case 'm': opt.mode = !strcmp(optarg, "sio") ? SIO : !strcmp(optarg, "sse") ? SSE : WS; break;
        case 'n': opt.sockets = atoi(optarg); break;
        case 'r': opt.rate = atoi(optarg); break;
        case 'w': opt.pending = atoi(optarg); break;
        case 'H': push(opt.headers, &opt.n_headers, optarg); break;
        case 'F': tokens = read_lines(optarg, &n_tokens); break;
        case 'V': values = read_lines(optarg, &n_values); break;
        case 'R': opt.ready = optarg; break;
        case 'T': opt.text = optarg; break;
        case 'j': push(opt.joins, &opt.n_joins, optarg); break;
        case 'J': opt.joined = optarg; break;
        case 'k': opt.mark = optarg; break;
        case 'N': opt.number = optarg; break;
        case 's': opt.seconds = atof(optarg); break;
        case 'c': opt.control = 1; break;
        default: fputs(help, stderr); exit(2);
    }
    if (!opt.port || opt.sockets < 1) exit((fputs(help, stderr), 2));
    if (strncmp(opt.host, "127.", 4)) exit((fputs("only loopback is a target\n", stderr), 2));
    if (opt.mode == SIO && !opt.ready) opt.ready = "40{";
}

int main(int argc, char **argv) {
    options(argc, argv);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    sockets = calloc(opt.sockets, sizeof *sockets);
    if (!sockets || (poll_fd = epoll_create1(0)) < 0) die("start");
    run();
    add(&all, &now_);
    report("end", &all, cpu_seconds());
    return 0;
}
