/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At build time: a drawing becomes a PNG of one size, so that a window need not load a whole SVG renderer to show its icons.
 * encode-icon IN.svg SIZE OUT.png. A symbolic icon's colour is its mask's alone: black is where the text colour goes (GTK reads
 * red, green and blue of a .symbolic.png as success, warning and error). */
#include <gdk-pixbuf/gdk-pixbuf.h>

static void
keep_mask (GdkPixbuf *pixbuf)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf), stride = gdk_pixbuf_get_rowstride (pixbuf);
  guchar *pixels = gdk_pixbuf_get_pixels (pixbuf);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[y * stride + x * 4] = pixels[y * stride + x * 4 + 1] = pixels[y * stride + x * 4 + 2] = 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  int size;

  if (argc != 4 || (size = (int) g_ascii_strtoll (argv[2], NULL, 10)) <= 0)
    {
      g_printerr ("Usage: encode-icon IN.svg SIZE OUT.png\n");
      return 2;
    }
  pixbuf = gdk_pixbuf_new_from_file_at_size (argv[1], size, size, &error);
  if (pixbuf && g_str_has_suffix (argv[3], ".symbolic.png") && gdk_pixbuf_get_has_alpha (pixbuf))
    keep_mask (pixbuf);
  if (!pixbuf || !gdk_pixbuf_save (pixbuf, argv[3], "png", &error, NULL))
    {
      g_printerr ("%s: %s\n", argv[1], error->message);
      return 1;
    }
  return 0;
}
