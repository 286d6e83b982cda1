/*
 * What a loss of power would leave, for a program that is started with LD_PRELOAD and this library.
 *
 * Each fsync of a file copies it, and each fsync of a directory lists it, as they were before the
 * call, once it has succeeded: into the directory DURABLE_STORE, for what lies in DURABLE_ROOT. What
 * was written, created or renamed without an fsync is in no copy and in no list. A directory that is
 * fsynced has its own name on the disk too, as ext4, XFS and btrfs have it; POSIX asks for an fsync
 * of its parent. A file or directory is known by its inode and the time of its birth, so that a new
 * one with an old number is not taken for the old one.
 *
 * Who moves DURABLE_STORE away ends the recording at that moment. An fsync that does not come through
 * here (msync, O_SYNC, a system call of the program's own) counts as none: a mistake on the safe side.
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

static int copy(int from, FILE *to) {
    char block[1 << 16];
    ssize_t length;
    while ((length = read(from, block, sizeof block)) > 0) {
        if (fwrite(block, 1, length, to) != (size_t) length) {
            return -1;
        }
    }
    return length;
}

/* A line: its type (d, f, l), its identity, its name, and where a link leads to. */
static void write_entry(FILE *to, const struct statx *file, const char *name, const char *target) {
    char id[ID];
    identity(file, id);
    fprintf(to, "%c\t%s\t%s\t%s\n",
            S_ISDIR(file->stx_mode) ? 'd' : S_ISLNK(file->stx_mode) ? 'l' : 'f', id, name, target);
}

static int list(int directory, FILE *to) {
    DIR *entries = fdopendir(dup(directory));
    if (entries == NULL) {
        return -1;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        struct statx file;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0
                || look(directory, entry->d_name, &file) != 0) {
            continue;
        }
        char target[PATH_MAX] = "";
        if (S_ISLNK(file.stx_mode)) {
            ssize_t length = readlinkat(directory, entry->d_name, target, sizeof target - 1);
            target[length > 0 ? length : 0] = '\0';
        }
        write_entry(to, &file, entry->d_name, target);
    }
    closedir(entries);
    return 0;
}

/* The path of an open file that is watched, or false. */
static int is_watched(const char *link, const char *root, char path[PATH_MAX]) {
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    size_t prefix = root == NULL ? 0 : strlen(root);
    path[length > 0 ? length : 0] = '\0';
    return prefix > 0 && strncmp(path, root, prefix) == 0
            && (path[prefix] == '/' || path[prefix] == '\0');
}

/* A directory's copy in the store is named by its identity, that of DURABLE_ROOT "root". */
static void store_path(char into[PATH_MAX], const struct statx *file, int is_root) {
    char id[ID] = "root";
    if (!is_root) {
        identity(file, id);
    }
    snprintf(into, PATH_MAX, "%s/%s", getenv("DURABLE_STORE"), id);
}

/* Adds a directory's name to what the store has of its parent. */
static void store_name(int directory, const struct statx *file, char *path, const char *root) {
    struct statx parent;
    char *slash = strrchr(path, '/'), list[PATH_MAX];
    *slash = '\0';
    if (look(directory, "..", &parent) != 0) {
        return;
    }
    store_path(list, &parent, strcmp(path, root) == 0);
    FILE *to = fopen(list, "ae");
    if (to != NULL) {
        write_entry(to, file, slash + 1, "");
        fclose(to);
    }
}

static int recorded(int fd, int (*really)(int)) {
    const char *root = getenv("DURABLE_ROOT");
    char link[ID], path[PATH_MAX], before[PATH_MAX], after[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!is_watched(link, root, path)) {
        return really(fd);
    }
    struct statx file;
    int is_root = strcmp(path, root) == 0;
    pthread_mutex_lock(&one_at_a_time);
    int read_only = open(link, O_RDONLY | O_CLOEXEC);
    FILE *to = NULL;
    if (read_only >= 0 && look(read_only, "", &file) == 0) {
        store_path(after, &file, is_root);
        snprintf(before, sizeof before, "%s/new", getenv("DURABLE_STORE"));
        to = fopen(before, "we");
    }
    int copied = to != NULL
            && (S_ISDIR(file.stx_mode) ? list(read_only, to) : copy(read_only, to)) == 0;
    copied = to != NULL && fclose(to) == 0 && copied;
    int result = really(fd), error = errno;
    if (copied && result == 0) {
        rename(before, after);
        if (S_ISDIR(file.stx_mode) && !is_root) {
            store_name(read_only, &file, path, root);
        }
    }
    if (read_only >= 0) {
        close(read_only);
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
