/* A resolver that hangs, as the system's does when its name servers are away: preloaded into the
 * program, getaddrinfo() does not return while the file LOOKUPS_HANG exists, unless
 * it was asked to look up nothing but a number. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    const int only_numbers = hints != NULL && (hints->ai_flags & AI_NUMERICHOST) != 0;
    while (!only_numbers && access(getenv("LOOKUPS_HANG"), F_OK) == 0)
        usleep(10000);
    return real(host, port, hints, found);
}
