/* Linked into an agent under test: a disk that is slow or broken when it is to sync, and a wall clock that is off. What
 * stands in the executable comes before the C library's and, under sanitizers, before the sanitizer's, which is called next.
 *
 * SLOW_DISK_FILE names a file with the milliseconds that each fsync and fdatasync takes longer, or with `error`: each
 * fails with EIO. CLOCK_OFFSET_FILE names one with the seconds that the wall clock is ahead, and perhaps, after a blank,
 * those of them that the machine was asleep. Both are read at each call, so that a test can
 * change them while the agent runs; where there is none, or no number in it, nothing is changed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The text of the file that the variable names, "" where there is none. Leaves errno alone. */
static void read_text(const char *variable, char *text, size_t size) {
  const int before = errno;
  const char *path = getenv(variable);
  const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t got = file < 0 ? 0 : read(file, text, size - 1);
  text[got > 0 ? got : 0] = '\0';
  if (file >= 0) close(file);
  errno = before;
}

static int before_sync(void) {
  char text[32];
  read_text("SLOW_DISK_FILE", text, sizeof text);
  if (strncmp(text, "error", 5) == 0) {
    errno = EIO;
    return -1;
  }
  const long milliseconds = atol(text);
  struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (milliseconds > 0 && nanosleep(&pause, &pause) != 0) continue; /* no signal hurries a disk */
  return 0;
}

static time_t offset(int asleep) {
  char text[32];
  read_text("CLOCK_OFFSET_FILE", text, sizeof text);
  char *rest = text;
  const time_t ahead = strtol(text, &rest, 10);
  return asleep ? strtol(rest, NULL, 10) : ahead;
}

int fsync(int file) {
  int (*const next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return before_sync() == 0 ? next(file) : -1;
}

int fdatasync(int file) {
  int (*const next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return before_sync() == 0 ? next(file) : -1;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*next)(clockid_t, struct timespec *);
  if (next == NULL) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const int outcome = next(clock, now);
  if (outcome == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset(0);
  if (outcome == 0 && clock == CLOCK_BOOTTIME) now->tv_sec += offset(1);
  return outcome;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone; /* obsolete, nobody asks for it */
  struct timespec time;
  const int outcome = clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return outcome;
}

time_t time(time_t *now) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  if (now != NULL) *now = time.tv_sec;
  return time.tv_sec;
}

/* The kernel knows nothing of the bent clock: who waits until a time of it would wait for days. */
static struct timespec unbent(const struct timespec *time) {
  struct timespec real = *time;
  real.tv_sec -= offset(0);
  return real;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict time) {
  const struct timespec real = unbent(time);
  return pthread_cond_clockwait(cond, mutex, CLOCK_REALTIME, &real);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time) {
  const struct timespec real = unbent(time);
  return sem_clockwait(semaphore, CLOCK_REALTIME, &real);
}
