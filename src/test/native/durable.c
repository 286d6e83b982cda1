/*
 * What a loss of power would leave, for a program that is started with LD_PRELOAD and this library.
 *
 * Each fsync of a file copies it, and each fsync of a file or a directory lists the names in all of DURABLE_ROOT, as they
 * were before the call, once it has succeeded: into the directory DURABLE_STORE. What was written since is in no copy; what
 * was created, renamed or removed since is as before in the list. That is how ext4 and XFS keep names: in a journal, in the
 * order of the changes, which each fsync writes up to its end. POSIX asks for an fsync of each directory. A file is known by
 * its inode and the time of its birth, so that a new one with an old number is not taken for the old one.
 *
 * Who moves DURABLE_STORE away takes the power at that moment: an fsync that is not recorded does not come back, so that
 * nothing is answered that waits for it. An fsync that does not come through here (msync, O_SYNC, a system call of the
 * program's own) counts as none: a mistake on the safe side.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

enum { ID = 64 };

static void identity(const struct statx *file, char id[ID]) {
    snprintf(id, ID, "%llu-%lld.%09u", (unsigned long long) file->stx_ino,
             (long long) file->stx_btime.tv_sec, file->stx_btime.tv_nsec);
}

static int look(int directory, const char *name, struct statx *file) {
    return statx(directory, name, AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH),
                 STATX_TYPE | STATX_INO | STATX_BTIME, file);
}

/* Copies an open file to another path. */
static int copy(int from, const char *path) {
    char block[1 << 16];
    ssize_t length;
    FILE *to = fopen(path, "we");
    if (to == NULL) {
        return -1;
    }
    while ((length = read(from, block, sizeof block)) > 0) {
        if (fwrite(block, 1, length, to) != (size_t) length) {
            length = -1;
            break;
        }
    }
    return fclose(to) == 0 && length == 0 ? 0 : -1;
}

/* A line for each name below a directory, parents first: its type (d, f, l), its identity, its path, where a link leads to. */
static void list(int parent, const char *name, const char *path, FILE *to) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL) {
        return; /* Removed meanwhile. */
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        struct statx file;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0
                || look(fd, entry->d_name, &file) != 0) {
            continue;
        }
        char id[ID], below[PATH_MAX], target[PATH_MAX] = "";
        identity(&file, id);
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry->d_name);
        if (S_ISLNK(file.stx_mode)) {
            ssize_t length = readlinkat(fd, entry->d_name, target, sizeof target - 1);
            target[length > 0 ? length : 0] = '\0';
        }
        fprintf(to, "%c\t%s\t%s\t%s\n",
                S_ISDIR(file.stx_mode) ? 'd' : S_ISLNK(file.stx_mode) ? 'l' : 'f', id, below, target);
        if (S_ISDIR(file.stx_mode)) {
            list(fd, entry->d_name, below, to);
        }
    }
    closedir(entries);
}

static int list_all(const char *root, const char *path) {
    FILE *to = fopen(path, "we");
    if (to == NULL) {
        return -1;
    }
    list(AT_FDCWD, root, "", to);
    return fclose(to);
}

/* True if the link leads to what is to be watched. */
static int is_watched(const char *link, const char *root) {
    char path[PATH_MAX];
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    size_t prefix = root == NULL ? 0 : strlen(root);
    path[length > 0 ? length : 0] = '\0';
    return prefix > 0 && strncmp(path, root, prefix) == 0
            && (path[prefix] == '/' || path[prefix] == '\0');
}

static int recorded(int fd, int (*really)(int)) {
    const char *root = getenv("DURABLE_ROOT"), *store = getenv("DURABLE_STORE");
    char link[ID], id[ID], copied[PATH_MAX], new_copy[PATH_MAX], names[PATH_MAX], new_names[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!is_watched(link, root)) {
        return really(fd);
    }
    pthread_mutex_lock(&one_at_a_time);
    struct statx file;
    int is_copied = 0, read_only = open(link, O_RDONLY | O_CLOEXEC);
    snprintf(new_copy, sizeof new_copy, "%s/new", store);
    if (read_only >= 0 && look(read_only, "", &file) == 0 && !S_ISDIR(file.stx_mode)) {
        identity(&file, id);
        snprintf(copied, sizeof copied, "%s/%s", store, id);
        is_copied = copy(read_only, new_copy) == 0;
    }
    if (read_only >= 0) {
        close(read_only);
    }
    snprintf(names, sizeof names, "%s/names", store);
    snprintf(new_names, sizeof new_names, "%s/new-names", store);
    int is_listed = list_all(root, new_names) == 0;
    int result = really(fd), error = errno;
    if (result == 0) {
        if (is_copied) {
            rename(new_copy, copied);
        }
        if (is_listed) {
            rename(new_names, names);
        }
    }
    while (access(store, F_OK) != 0) {
        pause(); /* Without power; the others wait for the mutex. */
    }
    pthread_mutex_unlock(&one_at_a_time);
    errno = error;
    return result;
}

int fsync(int fd) {
    return recorded(fd, (int (*)(int)) dlsym(RTLD_NEXT, "fsync"));
}

int fdatasync(int fd) {
    return recorded(fd, (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"));
}
