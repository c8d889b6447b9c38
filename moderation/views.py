"""REST about moderation: reports. The doing is in ``actions.py``."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.views import given, reader
from moderation import actions, serializers
from posts import rights
from realtime.rest.schema import describe
from realtime.rest.views import write


class ReportPostView(APIView):
    """``/api/posts/{id}/report``"""

    @describe(
        "Report a post to the moderators; again is no error",
        {202: None},
        takes=serializers.ReportInput,
        writes=True,
        name="reportPost",
    )
    @write
    def post(self, request: Request, post_id: str) -> Response:
        viewer = reader(request)
        # Before the input: to a stranger the post is not there, whatever is sent.
        rights.visible_post(viewer, post_id)
        actions.report_post(viewer, post_id, given(serializers.ReportInput, request)["reason"])
        return Response(status=202)


class ReportCommentView(APIView):
    """``/api/comments/{id}/report``"""

    @describe(
        "Report a comment to the moderators; again is no error",
        {202: None},
        takes=serializers.ReportInput,
        writes=True,
        name="reportComment",
    )
    @write
    def post(self, request: Request, comment_id: str) -> Response:
        viewer = reader(request)
        rights.visible_comment(viewer, comment_id)
        reason = given(serializers.ReportInput, request)["reason"]
        actions.report_comment(viewer, comment_id, reason)
        return Response(status=202)
