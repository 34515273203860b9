/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libraries that compress and decompress, as far as we call them; see kx/library.h. FOO_LIBRARY
 * is for tables: NULL where the build lacks it.
 */
#ifndef LIB_CODEC_LIBRARIES_H
#define LIB_CODEC_LIBRARIES_H

#include "kx/library.h"

#ifdef HAVE_ZLIB
/* Input pointers without this are not const. */
#define ZLIB_CONST
#include <zlib.h>
/* Those with a _ at the end are what zlib.h's macros of that name call. */
#define KX_ZLIB_CALLS(call)                                                                        \
	call(compressBound) call(crc32_z) call(deflate) call(deflateEnd) call(deflateInit2_)       \
	call(deflateReset) call(inflate) call(inflateEnd) call(inflateInit2_) call(uncompress)
KX_LIBRARY_FACE(kx_zlib, KX_ZLIB_CALLS);
#define ZLIB_LIBRARY &kx_zlib_library
#else
#define ZLIB_LIBRARY NULL
#endif

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#define KX_DEFLATE_CALLS(call)                                                                     \
	call(libdeflate_alloc_compressor) call(libdeflate_free_compressor)                         \
	call(libdeflate_zlib_compress)
KX_LIBRARY_FACE(kx_deflate, KX_DEFLATE_CALLS);
#endif

#ifdef HAVE_LIBISAL
#include <isa-l/igzip_lib.h>
#define KX_ISAL_CALLS(call) call(isal_deflate_stateless) call(isal_deflate_stateless_init)
KX_LIBRARY_FACE(kx_isal, KX_ISAL_CALLS);
#endif

#ifdef HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#define KX_ZSTD_CALLS(call)                                                                        \
	call(ZSTD_CCtx_setParameter) call(ZSTD_compress2) call(ZSTD_compressBound)                 \
	call(ZSTD_compressCCtx) call(ZSTD_createCCtx) call(ZSTD_decompress)                        \
	call(ZSTD_findFrameCompressedSize) call(ZSTD_freeCCtx) call(ZSTD_getErrorCode)             \
	call(ZSTD_getErrorName) call(ZSTD_getFrameContentSize) call(ZSTD_isError)
KX_LIBRARY_FACE(kx_zstd, KX_ZSTD_CALLS);
#define ZSTD_LIBRARY &kx_zstd_library
#else
#define ZSTD_LIBRARY NULL
#endif

#ifdef HAVE_LZO
#include <lzo/lzo1x.h>
#define KX_LZO_CALLS(call)                                                                         \
	call(__lzo_init_v2) call(lzo1x_1_compress) call(lzo1x_decompress_safe) call(lzo_adler32)   \
	call(lzo_crc32)
KX_LIBRARY_FACE(kx_lzo, KX_LZO_CALLS);

/* Does the library agree with its header? It keeps no state. */
static inline int kx_lzo_init(void)
{
/* What the header's macro calls; a macro's own name in it stays as it is. */
#define __lzo_init_v2 kx_lzo.__lzo_init_v2
	return lzo_init();
#undef __lzo_init_v2
}
#define LZO_LIBRARY &kx_lzo_library
#else
#define LZO_LIBRARY NULL
#endif

#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#define KX_SNAPPY_CALLS(call)                                                                      \
	call(snappy_compress) call(snappy_max_compressed_length) call(snappy_uncompress)           \
	call(snappy_uncompressed_length)
KX_LIBRARY_FACE(kx_snappy, KX_SNAPPY_CALLS);
#define SNAPPY_LIBRARY &kx_snappy_library
#else
#define SNAPPY_LIBRARY NULL
#endif

#ifdef HAVE_LZMA
#include <lzma.h>
#define KX_LZMA_CALLS(call)                                                                        \
	call(lzma_alone_decoder) call(lzma_code) call(lzma_end) call(lzma_memusage)                \
	call(lzma_stream_decoder) call(lzma_version_string)
KX_LIBRARY_FACE(kx_lzma, KX_LZMA_CALLS);
#define LZMA_LIBRARY &kx_lzma_library
#else
#define LZMA_LIBRARY NULL
#endif

#ifdef HAVE_LZ4
#include <lz4.h>
#include <lz4frame.h>
#define KX_LZ4_CALLS(call)                                                                         \
	call(LZ4F_createDecompressionContext) call(LZ4F_decompress)                                \
	call(LZ4F_freeDecompressionContext) call(LZ4F_getErrorName) call(LZ4F_isError)             \
	call(LZ4_decompress_safe)
KX_LIBRARY_FACE(kx_lz4, KX_LZ4_CALLS);
#define LZ4_LIBRARY &kx_lz4_library
#else
#define LZ4_LIBRARY NULL
#endif

#ifdef HAVE_BZIP2
#include <bzlib.h>
#define KX_BZIP2_CALLS(call)                                                                       \
	call(BZ2_bzDecompress) call(BZ2_bzDecompressEnd) call(BZ2_bzDecompressInit)
KX_LIBRARY_FACE(kx_bzip2, KX_BZIP2_CALLS);
#define BZIP2_LIBRARY &kx_bzip2_library
#else
#define BZIP2_LIBRARY NULL
#endif

#endif
