/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mortalserver.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static void
die_locked (MortalServer * self, ScriptConnection * connection,
    const gchar * step)
{
  g_free (self->step);
  self->step = g_strdup_printf ("%s (%u)", step, self->n_steps);
  self->died_us = g_get_monotonic_time ();
  script_server_go_away (self->server);
  self->n_unread += script_die (connection, self->is_reset);
  self->is_dead = TRUE;
}

static gboolean
is_due_locked (MortalServer * self)
{
  return self->n_steps++ == self->dies_at || (self->dies_with_packets > 0
      && mortal_server_count_packets (self) == self->dies_with_packets);
}

static gboolean
step_cb (ScriptConnection * connection, const gchar * step, gpointer user_data)
{
  MortalServer *self = user_data;
  gboolean lives;

  g_mutex_lock (&self->lock);
  lives = !self->is_dead
      && script_get_number (connection) >= self->first_connection;
  if (!lives) {
    script_die (connection, self->is_reset);
  } else if (is_due_locked (self)) {
    die_locked (self, connection, step);
    lives = FALSE;
  }
  self->is_ending |= lives && g_str_equal (step, RANDOM_LAST_STEP);
  g_mutex_unlock (&self->lock);
  return lives;
}

static void
script_mortal (ScriptConnection * connection, gpointer user_data)
{
  MortalServer *self = user_data;
  ScriptFunc successor;

  g_mutex_lock (&self->lock);
  successor = self->successor;
  g_mutex_unlock (&self->lock);
  if (successor == NULL) {
    if (step_cb (connection, "a connection made", self))
      random_server_script (connection, &self->random);
    return;
  }
  successor (connection, self);
}

void
mortal_server_init (MortalServer * self)
{
  memset (self, 0, sizeof *self);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->verdict.lock);
  random_server_init (&self->random, 1, &self->verdict);
  self->random.is_steady = TRUE;
  self->random.step = step_cb;
  self->random.step_data = self;
  self->dies_at = MORTAL_NEVER;
  self->server = script_server_new (script_mortal, self);
}

void
mortal_server_clear (MortalServer * self)
{
  script_server_free (self->server);
  random_server_clear (&self->random);
  g_mutex_clear (&self->verdict.lock);
  g_free (self->verdict.text);
  g_mutex_clear (&self->lock);
  g_free (self->step);
}

static void
change_place (MortalServer * self, ScriptFunc successor)
{
  script_server_go_away (self->server);
  g_mutex_lock (&self->lock);
  self->successor = successor;
  self->is_dead = successor != NULL;
  self->first_connection = script_server_get_n_connections (self->server);
  g_mutex_unlock (&self->lock);
  script_server_come_back (self->server);
}

void
mortal_server_replace (MortalServer * self, ScriptFunc successor)
{
  change_place (self, successor);
}

void
mortal_server_restart (MortalServer * self, gboolean remembers)
{
  if (!remembers)
    random_server_forget (&self->random);
  change_place (self, NULL);
}

gboolean
mortal_server_is_dead (MortalServer * self)
{
  gboolean is_dead;

  g_mutex_lock (&self->lock);
  is_dead = self->is_dead;
  g_mutex_unlock (&self->lock);
  return is_dead;
}

guint
mortal_server_count_packets (MortalServer * self)
{
  guint n;

  g_mutex_lock (&self->random.lock);
  n = self->random.n_got;
  g_mutex_unlock (&self->random.lock);
  return n;
}

gboolean
mortal_server_has_packet (MortalServer * self, guint n)
{
  gboolean has_packet;

  g_mutex_lock (&self->random.lock);
  has_packet = self->random.got[n] > 0;
  g_mutex_unlock (&self->random.lock);
  return has_packet;
}
