/* A disk that takes a millisecond to say that it has written, for a program that is started with
 * this in LD_PRELOAD: virtual disks often say so at once. It is the same for all peers. */
#include <dlfcn.h>
#include <unistd.h>

static int slowly(const char *name, int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);

	usleep(1000);
	return real(fd);
}

int fsync(int fd)
{
	return slowly("fsync", fd);
}

int fdatasync(int fd)
{
	return slowly("fdatasync", fd);
}
