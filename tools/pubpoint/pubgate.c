/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubgate.h"

#include "pubhead.h"

/* The input side; the head belongs to it. */
#define PUB_TYPE_GATE_INPUT (pub_gate_input_get_type ())
G_DECLARE_FINAL_TYPE (PubGateInput, pub_gate_input, PUB, GATE_INPUT,
    GFilterInputStream)
     struct _PubGateInput
     {
       GFilterInputStream parent;
       PubHead head;
       guint status;
       const gchar *why;
     };

     static void pub_gate_input_pollable_init (GPollableInputStreamInterface *
    iface);

G_DEFINE_TYPE_WITH_CODE (PubGateInput, pub_gate_input,
    G_TYPE_FILTER_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
        pub_gate_input_pollable_init));

     struct _PubGate
     {
       GIOStream parent;
       GIOStream *base;
       PubGateInput *input;
       PubGateFunc refused;
       gpointer data;
       GDestroyNotify free_data;
       gboolean is_disposing;
     };

     enum
     {
       PROP_0,
       PROP_BASE_IOSTREAM,
     };

G_DEFINE_TYPE (PubGate, pub_gate, G_TYPE_IO_STREAM);

     static GInputStream *input_base (PubGateInput * self)
{
  return G_FILTER_INPUT_STREAM (self)->base_stream;
}

/* Returns: @n, or -1 with @error when the head ends here. */
static gssize
look_at (PubGateInput * self, const void *data, gssize n, GError ** error)
{
  if (n > 0 && self->status == 0)
    self->status = pub_head_scan (&self->head, data, n, &self->why);
  if (self->status == 0)
    return n;
  if (n >= 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, self->why);
  return -1;
}

static gssize
pub_gate_input_read (GInputStream * stream, void *data, gsize size,
    GCancellable * cancellable, GError ** error)
{
  PubGateInput *self = PUB_GATE_INPUT (stream);

  return look_at (self, data, g_input_stream_read (input_base (self), data,
          size, cancellable, error), error);
}

static gssize
pub_gate_input_read_nonblocking (GPollableInputStream * stream, void *data,
    gsize size, GError ** error)
{
  PubGateInput *self = PUB_GATE_INPUT (stream);

  return look_at (self, data, g_pollable_input_stream_read_nonblocking
      (G_POLLABLE_INPUT_STREAM (input_base (self)), data, size, NULL, error),
      error);
}

static gboolean
pub_gate_input_is_readable (GPollableInputStream * stream)
{
  return g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM
      (input_base (PUB_GATE_INPUT (stream))));
}

static GSource *
pub_gate_input_create_source (GPollableInputStream * stream,
    GCancellable * cancellable)
{
  GSource *child = g_pollable_input_stream_create_source
      (G_POLLABLE_INPUT_STREAM (input_base (PUB_GATE_INPUT (stream))), NULL);
  GSource *source = g_pollable_source_new_full (stream, child, cancellable);

  g_source_unref (child);
  return source;
}

static void
pub_gate_input_class_init (PubGateInputClass * klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = pub_gate_input_read;
}

static void
pub_gate_input_pollable_init (GPollableInputStreamInterface * iface)
{
  iface->is_readable = pub_gate_input_is_readable;
  iface->create_source = pub_gate_input_create_source;
  iface->read_nonblocking = pub_gate_input_read_nonblocking;
}

static void
pub_gate_input_init (PubGateInput * self)
{
}

static GInputStream *
pub_gate_get_input_stream (GIOStream * stream)
{
  return G_INPUT_STREAM (PUB_GATE (stream)->input);
}

static GOutputStream *
pub_gate_get_output_stream (GIOStream * stream)
{
  return g_io_stream_get_output_stream (PUB_GATE (stream)->base);
}

/* A stream closes itself when it goes, but the base may be in use by then. */
static gboolean
pub_gate_close (GIOStream * stream, GCancellable * cancellable, GError ** error)
{
  PubGate *self = PUB_GATE (stream);

  if (self->is_disposing)
    return TRUE;
  if (self->input->status == 0)
    return g_io_stream_close (self->base, cancellable, error);
  self->refused (self->base, self->input->head.first, self->input->status,
      self->input->why, self->data);
  return TRUE;
}

static void
pub_gate_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  if (id == PROP_BASE_IOSTREAM)
    g_value_set_object (value, PUB_GATE (object)->base);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
pub_gate_dispose (GObject * object)
{
  PUB_GATE (object)->is_disposing = TRUE;
  G_OBJECT_CLASS (pub_gate_parent_class)->dispose (object);
}

static void
pub_gate_finalize (GObject * object)
{
  PubGate *self = PUB_GATE (object);

  self->free_data (self->data);
  g_clear_object (&self->input);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (pub_gate_parent_class)->finalize (object);
}

static void
pub_gate_class_init (PubGateClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pub_gate_get_property;
  object_class->dispose = pub_gate_dispose;
  object_class->finalize = pub_gate_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = pub_gate_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = pub_gate_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = pub_gate_close;
  /* the name that libsoup's own filter has for it */
  g_object_class_install_property (object_class, PROP_BASE_IOSTREAM,
      g_param_spec_object ("base-iostream", "Base", "The connection",
          G_TYPE_IO_STREAM, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
pub_gate_init (PubGate * self)
{
}

GIOStream *
pub_gate_new (GIOStream * base, PubGateFunc refused, gpointer data,
    GDestroyNotify free_data)
{
  PubGate *self = g_object_new (PUB_TYPE_GATE, NULL);

  self->base = g_object_ref (base);
  self->refused = refused;
  self->data = data;
  self->free_data = free_data;
  self->input = g_object_new (PUB_TYPE_GATE_INPUT, "base-stream",
      g_io_stream_get_input_stream (base), "close-base-stream", FALSE, NULL);
  return G_IO_STREAM (self);
}
