/* The environment that this program was started with. */
#ifndef OS_ENV_H
#define OS_ENV_H

/* Removes variables by which somebody could make libraries of this program read, write or trust
 * other things than their caller meant: test back ends of libsecret, reports of FFmpeg, debugging
 * of GLib and OpenSSL, proxies. */
void env_scrub(void);

#endif
