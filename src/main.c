/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with the window: options, then the application of one profile. */
#include <locale.h>

#include <glib/gi18n.h>
#include <string.h>

#include "hs-application.h"
#include "hs-config.h"
#include "hs-secret.h"

#define TOKEN "token="

static void
init_translations (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, HS_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* Everybody on this computer can read how a program was called: an invite's token is taken out of there. (transfer full) */
static char **
take_arguments (int argc, char **argv)
{
  char **taken = g_new0 (char *, argc + 1);

  for (int i = 0; i < argc; i++)
    {
      char *token = strstr (argv[i], TOKEN);

      taken[i] = g_strdup (argv[i]);
      if (token != NULL)
        hs_secret_erase (token + strlen (TOKEN));
    }
  return taken;
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) taken = take_arguments (argc, argv);
  g_autofree char **arguments = g_memdup2 (taken, sizeof *taken * (gsize) (argc + 1)); /* which parsing makes shorter */
  g_autofree char *profile_name = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile_name, N_("Be another person on this computer: own settings, own database"), N_("NAME") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (HsApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  HsProfile *profile;

  init_translations ();
  /* The profile decides the application's id: it is read before there is an application, which then sees addresses and its own options only. */
  context = g_option_context_new (_("[ADDRESS…]"));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  if (!g_option_context_parse (context, &argc, &arguments, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("handshake %s\n", HS_VERSION);
      return 0;
    }
  profile = hs_profile_new (profile_name, &error);
  if (profile == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  application = hs_application_new (profile);
  return g_application_run (G_APPLICATION (application), argc, arguments);
}
