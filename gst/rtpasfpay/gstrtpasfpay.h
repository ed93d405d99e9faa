/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_RTP_ASF_PAY_H__
#define __GST_WMS_RTP_ASF_PAY_H__

#include <gst/rtp/gstrtpbasepayload.h>

G_BEGIN_DECLS

#define GST_TYPE_WMS_RTP_ASF_PAY (gst_wms_rtp_asf_pay_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsRtpAsfPay, gst_wms_rtp_asf_pay, GST,
    WMS_RTP_ASF_PAY, GstRTPBasePayload)

GST_ELEMENT_REGISTER_DECLARE (rtpasfpay);

G_END_DECLS
#endif /* __GST_WMS_RTP_ASF_PAY_H__ */
