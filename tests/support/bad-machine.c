/* LD_PRELOAD: a machine that can be told to fail. What is wrong stands in the file that the
 * variable UCH_BAD_MACHINE names; bad_machine.py writes it while the program runs. */
/* Both names of each call are taken over. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As bad_machine.py packs it. */
typedef struct
{
  atomic_int sync_errno, write_errno; /* 0: well */
  atomic_int after;                   /* so many more calls of that kind go well */
  atomic_int n_failed;
  atomic_int clock_offset_s; /* of the wall clock */
  char       match[64];      /* part of the file's path */
} Trouble;

static Trouble *trouble;

__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = getenv ("UCH_BAD_MACHINE");
  int         fd = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *memory = fd >= 0 ? mmap (NULL, sizeof (Trouble), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                         : MAP_FAILED;

  if (memory == MAP_FAILED)
    {
      fprintf (stderr, "bad-machine: no file to be told by\n");
      abort ();
    }
  close (fd);
  trouble = memory;
}

static int
is_meant (int fd)
{
  char    link[64], path[4096];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  return strstr (path, trouble->match) != NULL;
}

/* Whether this call fails; sets errno. */
static int
fails (int fd, atomic_int *what)
{
  int error = trouble != NULL ? atomic_load (what) : 0, saved = errno;

  if (error == 0 || !is_meant (fd))
    {
      errno = saved;
      return 0;
    }
  if (atomic_fetch_sub (&trouble->after, 1) > 0)
    {
      errno = saved;
      return 0;
    }
  atomic_fetch_add (&trouble->n_failed, 1);
  errno = error;
  return 1;
}

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

int
fsync (int fd)
{
  return fails (fd, &trouble->sync_errno) ? -1 : REAL (fsync) (fd);
}

int
fdatasync (int fd)
{
  return fails (fd, &trouble->sync_errno) ? -1 : REAL (fdatasync) (fd);
}

ssize_t
pwrite (int fd, const void *data, size_t len, off_t offset)
{
  return fails (fd, &trouble->write_errno) ? -1 : REAL (pwrite) (fd, data, len, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t len, off64_t offset)
{
  return fails (fd, &trouble->write_errno) ? -1 : REAL (pwrite64) (fd, data, len, offset);
}

int
ftruncate (int fd, off_t len)
{
  return fails (fd, &trouble->write_errno) ? -1 : REAL (ftruncate) (fd, len);
}

int
ftruncate64 (int fd, off64_t len)
{
  return fails (fd, &trouble->write_errno) ? -1 : REAL (ftruncate64) (fd, len);
}

int
clock_gettime (clockid_t clock, struct timespec *out)
{
  int done = REAL (clock_gettime) (clock, out);

  if (done == 0 && trouble != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    out->tv_sec += atomic_load (&trouble->clock_offset_s);
  return done;
}

int
gettimeofday (struct timeval *restrict out, void *restrict zone)
{
  int done = REAL (gettimeofday) (out, zone);

  if (done == 0 && trouble != NULL)
    out->tv_sec += atomic_load (&trouble->clock_offset_s);
  return done;
}
