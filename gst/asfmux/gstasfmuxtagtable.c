/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtagtable.h"

#include <gst/tag/tag.h>

/* One line for each tag that has a name in ASF: that of Windows' writers where
 * there is one, else the one that taggers agree on.  A tag without a line is
 * written under GStreamer's name for it, as FFmpeg does with its own. */
static const GstWmsAsfTagLine lines[] = {
  /* fields of the Content Description Object (section 3.10) */
  {GST_TAG_TITLE, "Title", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ARTIST, "Author", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_COPYRIGHT, "Copyright", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_DESCRIPTION, "Description", GST_WMS_ASF_TAG_TEXT},
  /* asfdemux takes the first for the comment, Windows the second */
  {GST_TAG_COMMENT, "Rating", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_COMMENT, "WM/Comments", GST_WMS_ASF_TAG_TEXT},

  /* more of what asfdemux reads; it takes several pictures from the Extended
   * Content Description, and does not look into the Metadata Library */
  {GST_TAG_ALBUM, "WM/AlbumTitle", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ALBUM_ARTIST, "WM/AlbumArtist", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_GENRE, "WM/Genre", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_IMAGE, "WM/Picture", GST_WMS_ASF_TAG_PICTURE, TRUE},
  {GST_TAG_PREVIEW_IMAGE, "WM/Picture", GST_WMS_ASF_TAG_PICTURE, TRUE},
  {GST_TAG_TRACK_NUMBER, "WM/TrackNumber", GST_WMS_ASF_TAG_DWORD},
  {GST_TAG_ALBUM_VOLUME_NUMBER, "WM/PartOfSet", GST_WMS_ASF_TAG_DISC},
  {GST_TAG_ALBUM_VOLUME_COUNT, "TOTALDISCS", GST_WMS_ASF_TAG_DISC},
  {GST_TAG_DATE_TIME, "WM/Year", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_DATE, "WM/Year", GST_WMS_ASF_TAG_TEXT},

  {GST_TAG_TITLE_SORTNAME, "WM/TitleSortOrder", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ARTIST_SORTNAME, "WM/ArtistSortOrder", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ALBUM_SORTNAME, "WM/AlbumSortOrder", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ALBUM_ARTIST_SORTNAME, "WM/AlbumArtistSortOrder",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_COMPOSER_SORTNAME, "WM/ComposerSortOrder", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_COMPOSER, "WM/Composer", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_CONDUCTOR, "WM/Conductor", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_PERFORMER, "WM/MediaCredits", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_INTERPRETED_BY, "WM/ModifiedBy", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_PUBLISHER, "WM/Publisher", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ORGANIZATION, "WM/Publisher", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_GROUPING, "WM/ContentGroupDescription", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_SHOW_NAME, "WM/SubTitle", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ISRC, "WM/ISRC", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_LYRICS, "WM/Lyrics", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_BEATS_PER_MINUTE, "WM/BeatsPerMinute", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICAL_KEY, "WM/InitialKey", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_USER_RATING, "WM/SharedUserRating", GST_WMS_ASF_TAG_STARS},
  {GST_TAG_LANGUAGE_CODE, "WM/Language", GST_WMS_ASF_TAG_LANGUAGE},
  {GST_TAG_TRACK_COUNT, "TOTALTRACKS", GST_WMS_ASF_TAG_TEXT},

  {GST_TAG_HOMEPAGE, "WM/AuthorURL", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_LOCATION, "WM/AudioFileURL", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_COPYRIGHT_URI, "CopyrightURL", GST_WMS_ASF_TAG_TEXT},

  {GST_TAG_ENCODED_BY, "WM/EncodedBy", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ENCODER, "WM/EncodingSettings", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_APPLICATION_NAME, "WM/ToolName", GST_WMS_ASF_TAG_TEXT},

  {GST_TAG_TRACK_GAIN, "replaygain_track_gain", GST_WMS_ASF_TAG_DECIBEL},
  {GST_TAG_TRACK_PEAK, "replaygain_track_peak", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ALBUM_GAIN, "replaygain_album_gain", GST_WMS_ASF_TAG_DECIBEL},
  {GST_TAG_ALBUM_PEAK, "replaygain_album_peak", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_REFERENCE_LEVEL, "replaygain_reference_loudness",
      GST_WMS_ASF_TAG_DECIBEL},

  {GST_TAG_MUSICBRAINZ_TRACKID, "MusicBrainz/Track Id", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_ARTISTID, "MusicBrainz/Artist Id",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_ALBUMID, "MusicBrainz/Album Id", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_ALBUMARTISTID, "MusicBrainz/Album Artist Id",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_RELEASEGROUPID, "MusicBrainz/Release Group Id",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_RELEASETRACKID, "MusicBrainz/Release Track Id",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_MUSICBRAINZ_TRMID, "MusicBrainz/TRM Id", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_CDDA_MUSICBRAINZ_DISCID, "MusicBrainz/Disc Id",
      GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ACOUSTID_ID, "Acoustid/Id", GST_WMS_ASF_TAG_TEXT},
  {GST_TAG_ACOUSTID_FINGERPRINT, "Acoustid/Fingerprint",
      GST_WMS_ASF_TAG_TEXT},

  {GST_TAG_EXTENDED_COMMENT, "WM/Text", GST_WMS_ASF_TAG_COMMENT},
  {GST_TAG_ATTACHMENT, "WM/Binary", GST_WMS_ASF_TAG_BYTES},

  /* Codec List, Stream Bitrate Properties, File Properties */
  {GST_TAG_CODEC, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_AUDIO_CODEC, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_VIDEO_CODEC, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_SUBTITLE_CODEC, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_CONTAINER_FORMAT, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {"container-specific-track-id", NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_BITRATE, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_NOMINAL_BITRATE, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_MINIMUM_BITRATE, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_MAXIMUM_BITRATE, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  /* what mpegaudioparse says of the bits themselves */
  {"channel-mode", NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {"has-crc", NULL, GST_WMS_ASF_TAG_ELSEWHERE},
  {GST_TAG_DURATION, NULL, GST_WMS_ASF_TAG_ELSEWHERE},
};

const GstWmsAsfTagLine *
gst_wms_asf_tag_find (const gchar * tag, const GstWmsAsfTagLine * from)
{
  guint i = from == NULL ? 0 : from - lines + 1;

  for (; i < G_N_ELEMENTS (lines); i++) {
    if (g_str_equal (lines[i].tag, tag))
      return &lines[i];
  }
  return NULL;
}
