/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_WMA_H__
#define __ASF_WMA_H__

#include "asf/asfheader.h"

G_BEGIN_DECLS

/**
 * asf_wma_count_samples:
 * @wave: format of the stream
 * @codec_data: (nullable): what follows WAVEFORMATEX
 * @data: a media object
 * @size: its size
 *
 * How long a media object of Windows Media Audio lasts.  Each of its blocks
 * holds as many frames as fit, and frames have a constant number of samples.
 * Frames are counted where they begin, as the time stamps of ASF do.
 *
 * Returns: samples of each channel, or 0 when it cannot be told: for other
 *     codecs, damaged data, and WMA Lossless that is not silent (its frames
 *     do not say how long they are).
 */
guint64 asf_wma_count_samples (const AsfWaveFormat * wave,
    GBytes * codec_data, const guint8 * data, gsize size);

G_END_DECLS
#endif /* __ASF_WMA_H__ */
