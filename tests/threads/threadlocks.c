/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's locks on those of pthreads, which ThreadSanitizer knows: g_mutex and
 * g_cond are futexes in GLib, g_once is a private lock, and none of them is
 * seen.  GLib's own calls do not come here (its functions are bound to each
 * other when it is linked), so no lock is used from both sides: those that
 * GLib locks itself are its own. */
#include "threads.h"

#include <pthread.h>
#include <stdlib.h>

/* The programs that a test starts are others', but for those that get it from
 * TEST_PRELOAD again. */
static void keep_from_children (void) __attribute__((constructor));

static void
keep_from_children (void)
{
  unsetenv ("LD_PRELOAD");
}

/* Defines NAME_of(slot): the object of pthreads in a slot, made when it is first
 * wanted, since locks may be all zero in the beginning. */
#define DEFINE_LAZY(name, type, make, destroy) \
  static type *name##_new (void) \
  { \
    type *object = g_malloc (sizeof (type)); \
    make (object); \
    return object; \
  } \
  static void name##_free (type * object) \
  { \
    destroy (object); \
    g_free (object); \
  } \
  static type *name##_of (gpointer * slot) \
  { \
    type *object = g_atomic_pointer_get (slot); \
    if (object) \
      return object; \
    object = name##_new (); \
    if (!g_atomic_pointer_compare_and_exchange (slot, NULL, object)) { \
      name##_free (object); \
      object = g_atomic_pointer_get (slot); \
    } \
    return object; \
  }

static void
make_mutex (pthread_mutex_t * mutex)
{
  pthread_mutex_init (mutex, NULL);
}

static void
make_recursive (pthread_mutex_t * mutex)
{
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
}

static void
make_rwlock (pthread_rwlock_t * lock)
{
  pthread_rwlock_init (lock, NULL);
}

/* g_cond_wait_until() counts in g_get_monotonic_time() */
static void
make_cond (pthread_cond_t * cond)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

DEFINE_LAZY (mutex, pthread_mutex_t, make_mutex, pthread_mutex_destroy);
DEFINE_LAZY (recursive, pthread_mutex_t, make_recursive, pthread_mutex_destroy);
DEFINE_LAZY (rwlock, pthread_rwlock_t, make_rwlock, pthread_rwlock_destroy);
DEFINE_LAZY (cond, pthread_cond_t, make_cond, pthread_cond_destroy);

/* Defines g_PREFIX_init() and g_PREFIX_clear(). */
#define DEFINE_LIFE(prefix, Type, name) \
  void g_##prefix##_init (Type * lock) \
  { \
    lock->p = name##_new (); \
  } \
  void g_##prefix##_clear (Type * lock) \
  { \
    if (lock->p) \
      name##_free (lock->p); \
    lock->p = NULL; \
  }
DEFINE_LIFE (mutex, GMutex, mutex);
DEFINE_LIFE (rec_mutex, GRecMutex, recursive);
DEFINE_LIFE (rw_lock, GRWLock, rwlock);
DEFINE_LIFE (cond, GCond, cond);

/* Defines g_FUNCTION(): what pthreads' CALL does, which must not fail. */
#define DEFINE_CALL(function, Type, name, call) \
  void g_##function (Type * lock) \
  { \
    if (call (name##_of (&lock->p)) != 0) \
      g_error ("%s failed", #call); \
  }
/* Defines g_FUNCTION(): whether pthreads' CALL succeeds. */
#define DEFINE_TRY(function, Type, name, call) \
  gboolean g_##function (Type * lock) \
  { \
    return call (name##_of (&lock->p)) == 0; \
  }
DEFINE_CALL (mutex_lock, GMutex, mutex, pthread_mutex_lock);
DEFINE_CALL (mutex_unlock, GMutex, mutex, pthread_mutex_unlock);
DEFINE_TRY (mutex_trylock, GMutex, mutex, pthread_mutex_trylock);
DEFINE_CALL (rec_mutex_lock, GRecMutex, recursive, pthread_mutex_lock);
DEFINE_CALL (rec_mutex_unlock, GRecMutex, recursive, pthread_mutex_unlock);
DEFINE_TRY (rec_mutex_trylock, GRecMutex, recursive, pthread_mutex_trylock);
DEFINE_CALL (rw_lock_writer_lock, GRWLock, rwlock, pthread_rwlock_wrlock);
DEFINE_TRY (rw_lock_writer_trylock, GRWLock, rwlock, pthread_rwlock_trywrlock);
DEFINE_CALL (rw_lock_writer_unlock, GRWLock, rwlock, pthread_rwlock_unlock);
DEFINE_CALL (rw_lock_reader_lock, GRWLock, rwlock, pthread_rwlock_rdlock);
DEFINE_TRY (rw_lock_reader_trylock, GRWLock, rwlock, pthread_rwlock_tryrdlock);
DEFINE_CALL (rw_lock_reader_unlock, GRWLock, rwlock, pthread_rwlock_unlock);
DEFINE_CALL (cond_signal, GCond, cond, pthread_cond_signal);
DEFINE_CALL (cond_broadcast, GCond, cond, pthread_cond_broadcast);

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  pthread_cond_wait (cond_of (&cond->p), mutex_of (&mutex->p));
}

gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  struct timespec end = {
    .tv_sec = end_time / G_USEC_PER_SEC,
    .tv_nsec = end_time % G_USEC_PER_SEC * 1000
  };

  return pthread_cond_timedwait (cond_of (&cond->p), mutex_of (&mutex->p),
      &end) == 0;
}

/* places that are being initialised, of whatever kind, under once_lock */
static pthread_mutex_t once_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t once_done = PTHREAD_COND_INITIALIZER;
static const volatile void *once_places[64];

static guint
find_place_locked (const volatile void *place)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (once_places) && once_places[i] != place)
    i++;
  return i;
}

static gboolean
is_begun_locked (const volatile void *place)
{
  return find_place_locked (place) < G_N_ELEMENTS (once_places);
}

static void
begin_locked (const volatile void *place)
{
  guint i = find_place_locked (NULL);

  if (i == G_N_ELEMENTS (once_places))
    g_error ("too many places are initialised at the same time");
  once_places[i] = place;
}

static void
end_locked (const volatile void *place)
{
  once_places[find_place_locked (place)] = NULL;
  pthread_cond_broadcast (&once_done);
}

gboolean (g_once_init_enter) (volatile void *location) {
  gsize * value = (gsize *) location;
  gboolean is_first = FALSE;

  pthread_mutex_lock (&once_lock);
  while (is_begun_locked (location))
    pthread_cond_wait (&once_done, &once_lock);
  if (g_atomic_pointer_get (value) == 0) {
    begin_locked (location);
    is_first = TRUE;
  }
  pthread_mutex_unlock (&once_lock);
  return is_first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  gsize * value = (gsize *) location;

  pthread_mutex_lock (&once_lock);
  g_atomic_pointer_set (value, result);
  end_locked (location);
  pthread_mutex_unlock (&once_lock);
}

gpointer
g_once_impl (GOnce * once, GThreadFunc func, gpointer arg)
{
  pthread_mutex_lock (&once_lock);
  while (is_begun_locked (once))
    pthread_cond_wait (&once_done, &once_lock);
  if (g_atomic_int_get ((gint *) & once->status) != G_ONCE_STATUS_READY) {
    begin_locked (once);
    pthread_mutex_unlock (&once_lock);
    once->retval = func (arg);
    pthread_mutex_lock (&once_lock);
    g_atomic_int_set ((gint *) & once->status, G_ONCE_STATUS_READY);
    end_locked (once);
  }
  pthread_mutex_unlock (&once_lock);
  return once->retval;
}

/* Bit locks stay GLib's: GObject and GLib share some. */
void
g_bit_lock (volatile gint * address, gint bit)
{
  REAL (g_bit_lock) (address, bit);
  __tsan_acquire ((void *) address);
}

gboolean
g_bit_trylock (volatile gint * address, gint bit)
{
  gboolean is_locked = REAL (g_bit_trylock) (address, bit);

  if (is_locked)
    __tsan_acquire ((void *) address);
  return is_locked;
}

void
g_bit_unlock (volatile gint * address, gint bit)
{
  __tsan_release ((void *) address);
  REAL (g_bit_unlock) (address, bit);
}
