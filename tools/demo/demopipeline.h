/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_PIPELINE_H__
#define __DEMO_PIPELINE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _DemoPipeline DemoPipeline;

/**
 * demo_pipeline_new:
 * @file: media file, or %NULL for the test picture and tone
 * @location: URL to push to
 * @error: return location
 *
 * Makes source, encoders, asfmux and wmspushsink.  What the file turns out to
 * have is connected when it has been found.
 *
 * Returns: (transfer full) (nullable): the pipeline in state NULL, or %NULL
 *     with @error set when an element is missing or the file cannot be used
 */
DemoPipeline *demo_pipeline_new (const gchar * file, const gchar * location,
    GError ** error);

/**
 * demo_pipeline_free:
 * @self: a pipeline in any state
 */
void demo_pipeline_free (DemoPipeline * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoPipeline, demo_pipeline_free)

/**
 * demo_pipeline_get_element:
 * @self: a pipeline
 *
 * Returns: (transfer none): the GstPipeline
 */
GstElement *demo_pipeline_get_element (DemoPipeline * self);

/**
 * demo_pipeline_get_sink:
 * @self: a pipeline
 *
 * Returns: (transfer none): the wmspushsink
 */
GstElement *demo_pipeline_get_sink (DemoPipeline * self);

/**
 * demo_pipeline_end:
 * @self: a pipeline that plays
 *
 * Ends the programme before its end; what was encoded is still sent.
 */
void demo_pipeline_end (DemoPipeline * self);

/**
 * DemoEncoded:
 * @has_video: whether there is a video stream
 * @video_frames: frames that the video encoder has made
 * @has_audio: whether there is an audio stream
 * @audio_frames: blocks that the audio encoder has made
 */
typedef struct
{
  gboolean has_video;
  guint64 video_frames;
  gboolean has_audio;
  guint64 audio_frames;
} DemoEncoded;

/**
 * demo_pipeline_get_encoded:
 * @self: a pipeline
 * @encoded: (out): what its encoders have made up to now
 */
void demo_pipeline_get_encoded (DemoPipeline * self, DemoEncoded * encoded);

G_END_DECLS
#endif /* __DEMO_PIPELINE_H__ */
