/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-qr-code.h"

#include <glib/gi18n.h>
#include <qrencode.h>

#define SIDE      168 /* px, aimed at: the size follows from whole pixels */
#define MODULE_MIN  3 /* px: below, a phone's camera has trouble */
#define QUIET       4 /* modules on each side (ISO/IEC 18004 6.3.8) */

struct _HsQrCode
{
  GtkWidget parent_instance;

  /* Owned */
  QRcode *code; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (HsQrCode, hs_qr_code, GTK_TYPE_WIDGET)

static int
count_modules (HsQrCode *self)
{
  return self->code != NULL ? self->code->width + 2 * QUIET : 0;
}

static int
get_module (HsQrCode *self)
{
  return self->code != NULL ? MAX (MODULE_MIN, SIDE / count_modules (self)) : 0;
}

static void
hs_qr_code_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  HsQrCode *self = HS_QR_CODE (widget);

  *minimum = *natural = count_modules (self) * get_module (self);
}

/* One rectangle for each run of black: several hundred modules are some two hundred runs. */
static void
snapshot_row (HsQrCode *self, GtkSnapshot *snapshot, int row, float left, float top)
{
  static const GdkRGBA black = { 0, 0, 0, 1 };
  const unsigned char *modules = self->code->data + row * self->code->width;
  int side = get_module (self);

  for (int i = 0; i < self->code->width; i++)
    {
      int begin = i;

      while (i < self->code->width && (modules[i] & 1) != 0)
        i++;
      if (i > begin)
        gtk_snapshot_append_color (snapshot, &black, &GRAPHENE_RECT_INIT (left + begin * side, top + row * side, (i - begin) * side, side));
    }
}

static void
hs_qr_code_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA white = { 1, 1, 1, 1 };
  HsQrCode *self = HS_QR_CODE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int side = count_modules (self) * get_module (self), quiet = QUIET * get_module (self);

  if (self->code == NULL)
    return;
  gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (0, 0, width, height));
  for (int row = 0; row < self->code->width; row++)
    snapshot_row (self, snapshot, row, (width - side) / 2 + quiet, (height - side) / 2 + quiet);
}

static void
hs_qr_code_finalize (GObject *object)
{
  g_clear_pointer (&HS_QR_CODE (object)->code, QRcode_free);
  G_OBJECT_CLASS (hs_qr_code_parent_class)->finalize (object);
}

static void
hs_qr_code_class_init (HsQrCodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hs_qr_code_finalize;
  widget_class->measure = hs_qr_code_measure;
  widget_class->snapshot = hs_qr_code_snapshot;
  gtk_widget_class_set_css_name (widget_class, "qrcode");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
hs_qr_code_init (HsQrCode *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("QR code of the link"), -1);
}

void
hs_qr_code_set_text (HsQrCode *self, const char *text)
{
  g_clear_pointer (&self->code, QRcode_free);
  if (text != NULL && *text != '\0')
    self->code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  gtk_widget_set_visible (GTK_WIDGET (self), self->code != NULL);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
