/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every size, limit and timeout, with its unit and its source. Nothing else in the code invents one. */
#pragma once

/* ---- Lines and messages (bytes) ---- */
#define HS_LINE_MAX             512        /* RFC 1459 2.3, CR LF included */
#define HS_TAGS_MAX             8191       /* IRCv3 message-tags: '@' and the space included, server and client together */
#define HS_TAGS_CLIENT_MAX      4094       /* IRCv3 message-tags: tag data a client may send */
#define HS_PLAIN_MESSAGE_MAX    (64 * 1024) /* one plain-text message; longer text is split, nothing is dropped */
#define HS_DATAGRAM_MAX         65507      /* RFC 768, RFC 791 3.1: 65,535 bytes without the headers of IPv4 (20) and UDP (8) */
#define HS_PARAMS_MAX           15         /* RFC 2812 2.3.1 */
#define HS_HTTP_LINE_MAX        8000       /* RFC 9112 3: the request line a recipient should at least support */
#define HS_READ_MAX             (64 * 1024) /* one read from a socket */
/* Measured (src/DESIGN.md, What a guest costs): a write of one line takes 5 µs, of 64 lines together 8. */
#define HS_GATHER_LINKS         64         /* so many have something queued: */
#define HS_GATHER_US            300        /* it waits for what else comes, */
#define HS_GATHER_AFTER_US      2000       /* when so many had so lately, */
#define HS_GATHER_PAID_US       50000      /* or this lately, where waiting has just brought more */
#define HS_FLUSHES_PER_ROUND    128        /* then what came meanwhile is read: it waits no longer than these take, about a millisecond */

/* ---- Names ---- */
#define HS_NAME_MAX_CHARS       32
#define HS_NAME_MAX_BYTES       64
#define HS_ROOM_MAX_BYTES       64
#define HS_TOPIC_MAX_BYTES      300
#define HS_AWAY_MAX_BYTES       200
#define HS_KICK_MAX_BYTES       200        /* as HS_REASON_MAX_BYTES, with one more name in the line; ISUPPORT KICKLEN */
#define HS_MASK_MAX_BYTES       200        /* of a ban: the longest nick, user and host fit; ISUPPORT has no word for it */
#define HS_PASSWORD_MAX_BYTES   300        /* IRCv3 account-registration: what still fits a line */
#define HS_PASSWORD_FILE_MAX    302        /* such a password and CR LF; more than that is not read of a file */
#define HS_KEY_MAX_BYTES        64         /* of a room; ISUPPORT KEYLEN */
#define HS_REASON_MAX_BYTES     280        /* of QUIT and PART, so that the line with its source stays below HS_LINE_MAX */
#define HS_RENAME_REASON_MAX_BYTES 200     /* as above, with two names of rooms in the line */
#define HS_ECHO_MAX_BYTES       128        /* of a guest's own word echoed in a numeric */
#define HS_SHOWN_HOST_MAX_BYTES 63         /* CHGHOST; as most servers have it (ISUPPORT HOSTLEN of theirs) */
#define HS_USER_MAX_BYTES       16         /* USER's first parameter; longer is cut */
#define HS_MULTILINE_MAX_BYTES  65536      /* IRCv3 multiline: the text of one message */
#define HS_MULTILINE_MAX_LINES  200
#define HS_CAP_LABEL_MAX        64         /* IRCv3 labeled-response */
#define HS_ROOMS_PER_GUEST      100
#define HS_LIST_ENTRIES_MAX     200        /* of each list of a room; ISUPPORT MAXLIST */
#define HS_MODES_MAX            12         /* with a parameter in one MODE; ISUPPORT MODES */
#define HS_INVITATIONS_MAX      100        /* that one guest has and has not followed; then the oldest is forgotten */
#define HS_MONITOR_MAX          100        /* names that one guest waits for; ISUPPORT MONITOR */
#define HS_METADATA_KEYS_MAX    10         /* IRCv3 metadata: of one guest, or of one room */
#define HS_METADATA_SUBS_MAX    50         /* keys that one guest is told of */
#define HS_METADATA_KEY_MAX_BYTES 48       /* so that the line with its value stays below HS_LINE_MAX */
#define HS_METADATA_VALUE_MAX_BYTES 230    /* and with a host of HS_SHOWN_HOST_MAX_BYTES in its source */
#define HS_METADATA_SYNC_MEMBERS 100       /* of a larger room nothing is sent before it is asked for */
#define HS_METADATA_SYNC_AFTER_S 4         /* then */
#define HS_METADATA_SYNC_LINES  2000       /* of all that one command is answered with: more than a send queue must hold */
#define HS_NICK_CHANGES         5          /* of one guest within the time below: each is told, and stored, in all its rooms */
#define HS_NICK_CHANGES_S       20
#define HS_WHOWAS_MAX           500        /* former names that are remembered */
#define HS_LIST_ROWS_MAX        2000       /* rooms of one LIST: more than a send queue must hold */
#define HS_WHO_ROWS_MAX         1000       /* people that one WHO by mask shows */
#define HS_TARGETS_MAX          4          /* of one PRIVMSG, NOTICE, TAGMSG; ISUPPORT TARGMAX */
#define HS_ANNOUNCED_ARRIVALS   100        /* in a default room larger than this an arrival is told to others when it first speaks: n arrivals cost n² lines else */
#define HS_ROOM_ACCOUNT         "room"     /* who knows the password that all need is called so (protocol.md, Trust) */
#define HS_SASL_CHUNK           400        /* IRCv3 sasl-3.1: characters of one AUTHENTICATE */
#define HS_SASL_MAX             4000       /* of all chunks of one step: ten times what a name, a password and a key need */
#define HS_KDF_ITERATIONS       4096       /* RFC 7677 4: at least */
#define HS_KDF_ITERATIONS_MAX   1000000    /* 0.15 s of one processor */
#define HS_KDF_AT_ONCE          2          /* keys being derived; more wait their turn */
#define HS_KDF_WAITING_MAX      1000       /* more are told to try again: half a second's work */
#define HS_PASSWORD_MIN_CHARS   8          /* NIST SP 800-63B 5.1.1.2 */
#define HS_ACCOUNTS_PER_SPAN    10         /* that guests of one address make within the time below; loopback exempt */
#define HS_ACCOUNTS_SPAN_MS     3600000
#define HS_ACCOUNTS_MAX         10000      /* of one server, with those that were given up: they are all in memory, half a KiB each */
#define HS_PROVEN_MS            60000      /* who has said its password once more may change it without saying it again */
#define HS_ACCOUNT_KEYS_MAX     20         /* of one account: a key for each of its owner's computers */
#define HS_ADDRESS_MAX_BYTES    4096       /* a typed or pasted address, an invite */

/* ---- Queues (bytes, lines) ---- */
#define HS_RECEIVE_QUEUE_MAX    (16 * 1024)
#define HS_SEND_QUEUE_MAX       (2 * 1024 * 1024)
#define HS_CROWD_PIECE_MAX      (256 * 1024) /* what was said in a room goes to those who hear it in pieces; the message that reaches this, or a quarter of a send queue, is the last of one */
#define HS_UNSTORED_MAX         512        /* lines of one connection of ours on their way to the store; until they are there it is not read from */
#define HS_LINES_PER_ITERATION  64         /* fairness: lines one link hands up before others get their turn */

/* ---- What a server can make us keep ---- */
#define HS_SESSION_ROOMS_MAX    500        /* conversations of one connection that open unasked; a person's own wish opens more */
#define HS_PASSAGES_MAX         512        /* messages of one connection of ours of which the line that carried them is kept, to be looked at */
#define HS_PASSAGES_BYTES_MAX   (512 * 1024) /* of all these lines and what stands around them */
#define HS_SESSION_MEMBERS_MAX  100000     /* of all rooms of one connection together; a room's first is always there */
#define HS_SESSION_MOTD_MAX     (32 * 1024) /* bytes of one message of the day; the rest is left out */
#define HS_SESSION_WHOIS_MAX    8          /* persons that are asked about at once; the oldest question is given up */
#define HS_SESSION_WHOIS_BYTES  4096       /* of what is told about one; the rest is left out */
#define HS_SESSION_WAITING_MAX  100        /* lines of the server before there is a room to show them in */
#define HS_SESSION_BATCHES_MAX  64         /* batches begun and not yet ended whose label is remembered */
#define HS_SESSION_PEOPLE_MAX   100000     /* of whom one connection knows more than the nick; above it that is learned anew */

/* ---- Guests of a hosted server ---- */
#define HS_GUESTS_MAX           10000
#define HS_GUESTS_PER_ADDRESS   64         /* loopback exempt */
#define HS_UNREGISTERED_MAX     1000
#define HS_LISTENERS_PER_ADDRESS 16        /* past the registration timeout; loopback exempt */
#define HS_COMMANDS_PER_SECOND  10
#define HS_COMMANDS_BURST       30
#define HS_BYTES_PER_COMMAND    4096       /* a long plain-text message counts as one command per so many bytes */
#define HS_REFUSED_MAX          256        /* connections over a limit that are told so at once; more are just closed */
#define HS_TRIM_AFTER_GUESTS    64         /* a burst of so many arrivals makes the allocator give back what it kept */
#define HS_BACKLOG_DEFAULT      1024       /* listen (2); a SYN that finds the queue full is sent again only after 1 s */
#define HS_ACCEPTS_PER_ITERATION 64
#define HS_DESCRIPTORS_RESERVED 16         /* of RLIMIT_NOFILE: left free by accepting, for store, log and window */

/* ---- Time (milliseconds) ---- */
#define HS_JUDGE_MS             3000       /* silence after which a first line that could be IRC is plain text */
#define HS_LISTENER_MS          3000       /* a connection that says nothing this long listens */
#define HS_PLAIN_GAP_MS         200        /* silence that ends an unframed plain-text message */
#define HS_PLAIN_SPACING_MS     300        /* between two texts to a peer that does not frame */
#define HS_REGISTRATION_MS      30000
#define HS_PING_AFTER_MS        90000
#define HS_PONG_WITHIN_MS       60000
#define HS_LAB_FAREWELL_MS     500         /* a guest hears what the Lab will do to its connection, then it is done */
#define HS_HALF_CLOSED_MS       60000      /* a plain guest that spoke and then shut down its side still hears the room */
#define HS_LEAVE_FIN_MS         1000       /* QUIT or q: how long the server waits for the guest's FIN */
#define HS_ACCEPT_PAUSE_MS      250        /* descriptors have run short: when accepting is tried again */
#define HS_CLOSE_READ_MS        5000       /* reading to the end before close () is bounded by this */
#define HS_CONNECT_MS           15000      /* SYN without an answer */
#define HS_STOP_MS              5000       /* a stopping server takes leave within this */
#define HS_DRAFT_MS             60000      /* IRCv3 client-batch: how long one may stay open */
#define HS_GUESS_WAIT_MS        1000       /* after a wrong password from an address; doubled with each further one, up to 64 times */
#define HS_GUESSES_MAX          10         /* wrong ones; from then on an address waits for the time below */
#define HS_GUESS_SHUT_OUT_MS    600000
#define HS_GUESS_FORGET_MS      600000     /* after its wait an address is as new */
#define HS_HOST_TOKEN_MS        10000      /* the host's own client presents its token within this */
#define HS_TCP_USER_TIMEOUT_MS  120000     /* RFC 5482; plain-text guests, who are never pinged, and our own connections, which ping nobody */
#define HS_STALL_MS             5000       /* what we wrote has not been acknowledged for this long: worth a word */
#define HS_DATAGRAM_DOUBT_MS    5000       /* after a datagram left: so long an ICMP message about it is waited for (3 s without an answer to ARP make one) */
#define HS_DATAGRAM_ANSWER_MS   3000       /* handshake-probe: so long the first answer to a datagram is waited for */
#define HS_TYPING_MS            6000       /* IRCv3 typing: an "active" holds this long */
#define HS_TYPING_SPACING_MS    3000       /* IRCv3 typing: our own "active" at most this often */
#define HS_WHO_AFTER_JOINS_MS   2000       /* our side: those who come so soon after another are asked about together */
#define HS_MARKER_MS            2000       /* how far one has read goes out this long after it changes, once for all (protocol.md: a room at most every 2 s) */
#define HS_READ_PEOPLE          32         /* in a room of more nobody tells the others how far they have read: n people would hear it n times */
#define HS_READ_BACK_MS         604800000  /* 7 days: the first such word of a run reaches so far back, */
#define HS_READ_AT_ONCE         200        /* and each to so many messages */
#define HS_REQUEST_SPACING_MS   2000       /* CTCP: how often a request is answered at most, whoever asks */
#define HS_TRIM_AFTER_MS        250
#define HS_FRAME_MS             16         /* the server thread hands facts to the main thread at most this often */

/* ---- Both ends in one picture ---- */
#define HS_VIEW_FACT_MAX        400        /* bytes of one fact, so that its line fits HS_LINE_MAX */
#define HS_VIEW_TIME_MAX        G_GINT64_CONSTANT (253402300799999999) /* Unix µs: the last of the year 9999 */
#define HS_VIEW_WINDOW_MAX      G_GUINT64_CONSTANT (1073725440) /* RFC 7323 2.3: 65535 shifted by 14 */
#define HS_VIEW_COUNT_MAX       G_GUINT64_CONSTANT (999999999999999) /* bytes, µs, segments; nine of them fit a fact */
#define HS_VIEW_FACTS_MAX       64         /* that one end keeps of what the other told, and tells of itself when it is asked */
#define HS_VIEW_TOLD_MAX        100        /* guests that a server tells at once; one more is answered that it does not */
#define HS_VIEW_NUMBERS_MS      1000       /* between two tellings of the numbers */
#define HS_VIEW_CLOCKS          5          /* exchanges from which the clocks' offset is taken: the quickest */

/* ---- Addresses ---- */
#define HS_PORT_DEFAULT         8000
#define HS_PORT_IRC             6667       /* RFC 7194 names 6697 for TLS; 6667 by custom */
#define HS_PORT_IRCS            6697
#define HS_PORT_TRIES           100        /* Start Server: how many ports after a taken one are tried */
#define HS_INVITATION_ALSO      2          /* further addresses in the link: each makes its QR code larger */
#define HS_INVITATION_ADDRESSES 4          /* shown: one of each kind on a computer with one network */
#define HS_HOST_TOKEN_BYTES     32
#define HS_SALT_BYTES           16         /* of a password's verifier; RFC 7677 4 asks for no more */

#define HS_HOST_NAME_MAX        253        /* RFC 1035 2.3.4, as text */
#define HS_HOST_LABEL_MAX       63         /* RFC 1035 2.3.4 */
#define HS_UNIX_PATH_MAX        107        /* unix (7): sun_path, its NUL left out */
#define HS_KEY_HASH_BYTES       32         /* SHA-256 of the server's key, in an invite */
#define HS_INVITE_TOKEN_BYTES   16
#define HS_INVITE_MS            (24 * 60 * 60 * 1000) /* a token that nobody used lets nobody in after that */
#define HS_INVITES_MAX          1000       /* tokens that nobody has used; then the oldest goes */

/* ---- Encryption ---- */
#define HS_PEM_MAX              (256 * 1024) /* bytes of a key or certificate file */
#define HS_CERTIFICATE_YEARS    10         /* see hs-identity.c: what a wrong clock may be wrong by */
#define HS_CERTIFICATE_RENEW_DAYS 730      /* renewed under the same key when less is left */
#define HS_TLS_HANDSHAKE_MS     10000      /* a handshake that is not through by then is given up */
#define HS_TLS_HANDSHAKES_MAX   1000       /* half done at once (10 KiB each); over it the longest waiting goes, never the newcomer */
#define HS_TLS_STEPS_PER_ROUND  4          /* handshake steps in one loop iteration: an answer to a ClientHello costs 0.2 ms */
#define HS_TLS_HANDSHAKE_BYTES  (64 * 1024) /* one handshake message, a certificate chain among them */
#define HS_TLS_RECORD_MAX       16384      /* RFC 8446 5.1: plain bytes in one record */
#define HS_TLS_MARKS_MAX        64         /* writes of ours whose end in the encrypted stream is remembered until acknowledged */
#define HS_TLS_SESSIONS_KEPT    64         /* servers that a client can resume with */

/* ---- History ---- */
#define HS_HISTORY_PAGE         100        /* rows the message list loads at once */
#define HS_HISTORY_PAGES_KEPT   20         /* pages the message list keeps */
#define HS_HISTORY_UNREAD_MAX   10000      /* rows after the last one read that are looked at to count the unread */
#define HS_HISTORY_STEP         256        /* rows between two known places of a day with many rows */
#define HS_HISTORY_FOLD_MAX     8192       /* bytes of one folded presence row; then the next begins */
#define HS_STORE_BATCH          256        /* operations in one transaction at most, so that an answer is not long in coming */
#define HS_STORE_BUSY_MS        500        /* how long a database held by another program is waited for */
#define HS_CHATHISTORY_MAX      1000       /* messages of one CHATHISTORY request; ISUPPORT CHATHISTORY */
#define HS_CHATHISTORY_BYTES    (512 * 1024) /* of one answer, a single message excepted; or a quarter of a send queue, where that is less: a page may be shorter than asked for */
#define HS_TOLD_LINE_MIN        100        /* of a stored text that does not fit a line at least so many bytes go into each that is made of it, */
#define HS_TOLD_LINE_MORE       128        /* which needs no more than these beside source, target and text: command, time, msgid, batch */
#define HS_CHATHISTORY_WAITING_MAX 128     /* requests of one guest that wait until it has taken the answer before: who comes back asks for each of its rooms */
#define HS_KEPT_DAYS            90         /* of a hosted server's history */
#define HS_KEPT_MESSAGES        1000000    /* of a room */
#define HS_KEPT_BYTES           G_GINT64_CONSTANT (2147483648) /* 2 GiB, of all that is kept: about ten million messages */
#define HS_RETENTION_BYTES      (64 * 1024 * 1024) /* when so much has been stored it is looked at once whether it is too much */
#define HS_STORED_ROW_BYTES     128        /* that a message takes beside its text, about */
#define HS_RETENTION_SLICE      500        /* rows deleted at once, so that nobody waits for it */
#define HS_RETENTION_PAUSE_MS   50         /* between two slices */
#define HS_RETENTION_MS         3600000    /* how often it is looked whether something is too old */
#define HS_PLACES_REMEMBERED    4096       /* rooms and conversations whose row is remembered by name */
#define HS_SERVER_DB_WAL_PAGES  4000       /* writing the WAL back takes a sync, for which messages wait: rarely, then */
#define HS_RESUME_MS            G_GINT64_CONSTANT (604800000) /* 7 days: how long a token finds repeated ids */
#define HS_RESUME_TOKEN_BYTES   16
#define HS_CLIENT_ID_MAX        64         /* of +handshakechat.github.io/id; ours are 32 */
#define HS_ROOMS_KEPT           10000      /* rooms that stay when nobody is in them */
#define HS_NEW_ROOMS_PER_SPAN   50         /* of them, that guests of one address make within the time below; loopback and operators exempt */
#define HS_NEW_ROOMS_SPAN_MS    86400000   /* a day */
#define HS_ROOM_UNUSED_MS       G_GINT64_CONSTANT (2592000000) /* 30 days: a room as old as this goes when nobody is in it, nothing of it is set and nothing that happened there is kept; */
#define HS_ROOMS_CROWDED        7500       /* where more than these are kept, also when nothing has happened there for so long */
#define HS_ROOM_DROP_SLICE      100        /* rooms that go at once */
#define HS_RENAMED_MS           G_GINT64_CONSTANT (604800000) /* 7 days: so long a room is found by what it was called before */
#define HS_RENAMED_MAX          1000       /* such names; for one more the oldest is forgotten */
#define HS_RENAMED_PER_ROOM     5          /* of one room, likewise */
#define HS_RENAME_SPACING_MS    60000      /* one room is not called something else more often: all of it is told to many of those in it */
#define HS_CATCHUP_PAGE         100        /* messages our side asks for at once after a reconnect */
#define HS_CATCHUP_PAGES        50         /* and how often; what is older stays on the server */
#define HS_LOGINS_MAX           100        /* addresses of which it is remembered who one is there */
#define HS_RECENT_ADDRESSES     10
