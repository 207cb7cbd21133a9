/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's configuration: a key file, checked. Unknown groups and keys and bad values are named with file and line, and refused. */
#pragma once

#include <glib.h>

/* How one may log in (SASL). */
typedef enum
{
  HS_SASL_EXTERNAL = 1 << 0, /* by the key of the TLS connection */
  HS_SASL_SCRAM_SHA_256_PLUS = 1 << 1,
  HS_SASL_SCRAM_SHA_256 = 1 << 2,
  HS_SASL_PLAIN = 1 << 3,
  HS_SASL_ALL = 0xf,
} HsSaslMechanisms;

typedef struct
{
  /* [server] */
  char *name;           /* shown name of the room's host or server; default: the account's real name, or the host name */
  char *network;
  char *motd;           /* (nullable) */
  char *address;        /* (nullable) numeric; NULL: all */
  guint16 port;         /* 8000 */
  gboolean port_exact;  /* FALSE: the next free port is taken when it is in use */
  char *unix_path;      /* (nullable) */
  int backlog;
  gboolean plain_text;
  gboolean encrypted_only;
  gboolean classroom;   /* no TLS at all */
  char *tls_certificate; /* (nullable) one by an authority, instead of our own */
  char *tls_key;         /* (nullable) */
  guint sts;             /* seconds of IRCv3 sts; 0: it ends */
  char *password_file;   /* (nullable) */
  char *password;        /* (nullable) what everybody needs to come in; no key of the file: it comes from password-file, or the application */
  gboolean share_view;  /* guests who ask hear what our kernel says of their connection, and are asked what theirs says */
  char *default_room;   /* "#lobby" */
  /* [limits] */
  gboolean flood_protection;
  guint guests, per_address, unregistered;
  guint registration_timeout, ping_after, pong_within; /* seconds in the file, ms here */
  gsize send_queue, receive_queue;
  guint commands_per_second, commands_burst;
  /* [accounts] */
  gboolean registration;   /* guests may make accounts */
  gboolean before_connect; /* before they are in */
  guint kdf_iterations;
  guint sasl;              /* HsSaslMechanisms */
  /* [history] */
  gboolean history;         /* what is said is kept, and shown to whoever asks */
  guint history_days, history_messages; /* 0: any number */
  gsize history_size;       /* bytes; 0: any number */
  gboolean delete_own;      /* guests may delete what they said */
  /* The command line, or the application */
  char *trace_file;         /* (nullable) every connection's lifecycle is appended to it; at the start only */
  char *data_dir;           /* (nullable) where server.db and the server's key are; NULL: in memory */
  /* [operator]; only with both can anybody become one */
  char *operator_name;     /* (nullable) */
  char *operator_password; /* (nullable) */
} HsServerConfig;

HsServerConfig *hs_server_config_new (void); /* defaults */
HsServerConfig *hs_server_config_copy (const HsServerConfig *self);
void hs_server_config_free (HsServerConfig *self);
/* (nullable) @password is taken. The former is erased. */
void hs_server_config_take_password (HsServerConfig *self, char *password);
/* Overlays the key file. Error: "FILE:LINE: …". */
gboolean hs_server_config_load (HsServerConfig *self, const char *path, GError **error);
/* What is in it; @path is only named in errors. */
gboolean hs_server_config_read (HsServerConfig *self, const char *path, const char *text, gsize len, GError **error);
/* One key, as in the file; for the command line. FALSE with a sentence that does not name the key. */
gboolean hs_server_config_set (HsServerConfig *self, const char *group, const char *name, const char *value, char **problem);
/* What may change while it runs is taken from @wanted. Returns the names of the keys that differ and wait for the next start.
 * (nullable) (transfer full) */
char *hs_server_config_take_live (HsServerConfig *self, const HsServerConfig *wanted);
/* A file with every key commented out: its sentence and its default. (transfer full) */
char *hs_server_config_make_example (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerConfig, hs_server_config_free)
