/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libsodium, as far as we call it; see kx/library.h. */
#ifndef LIB_AGE_SODIUM_H
#define LIB_AGE_SODIUM_H

#include "kx/library.h"

#ifdef HAVE_SODIUM
#include <sodium.h>
#define KX_SODIUM_CALLS(call)                                                                     \
	call(crypto_aead_chacha20poly1305_ietf_encrypt) call(crypto_auth_hmacsha256_final)        \
	call(crypto_auth_hmacsha256_init) call(crypto_auth_hmacsha256_update)                     \
	call(crypto_scalarmult_curve25519) call(crypto_scalarmult_curve25519_base)                \
	call(sodium_init) call(sodium_memzero)
KX_LIBRARY_FACE(kx_sodium, KX_SODIUM_CALLS);
#endif

#endif
