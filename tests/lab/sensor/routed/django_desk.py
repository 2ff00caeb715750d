import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path, re_path
from django.views import View
from django.views.decorators.http import require_http_methods

# GET /tickets/                       -
# POST /tickets/                      -
# GET /tickets/{year}/{number}/       year: integer, number: integer
# POST /tickets/{pk}/close/           pk: uuid
# GET /api/parts/                     -
# POST /api/parts/                    - ; body name*, kind, weight*
# GET /api/parts/{pk}/                pk: ^[^/.]+$
# PUT /api/parts/{pk}/                pk: ^[^/.]+$ ; body name*, kind, weight*
# DELETE /api/parts/{pk}/             pk: ^[^/.]+$
# POST /api/parts/{pk}/order/         pk: ^[^/.]+$
# POST /api/parts/{pk}/count/         pk: ^[^/.]+$ ; body seen*
# POST /api/weigh/                    - ; body grams*
# GET /api/                           -

settings.configure(
    SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], REST_FRAMEWORK={"UNAUTHENTICATED_USER": None}
)
django.setup()

from rest_framework import routers, serializers, viewsets  # noqa: E402
from rest_framework.decorators import action, api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402


class Part(serializers.Serializer):
    number = serializers.IntegerField(read_only=True)
    name = serializers.RegexField(r"^[a-z]+\Z", max_length=20)
    kind = serializers.ChoiceField(choices=["nut", "bolt"], required=False)
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)


class Count(serializers.Serializer):
    seen = serializers.IntegerField()


class Weight(serializers.Serializer):
    grams = serializers.FloatField()


class Parts(viewsets.ViewSet):
    def get_serializer_class(self):
        return Part if self.action in {"create", "update"} else serializers.Serializer

    def list(self, request):
        return Response([])

    def create(self, request):
        return Response({})

    def retrieve(self, request, pk):
        return Response({})

    def update(self, request, pk):
        return Response({})

    def destroy(self, request, pk):
        return Response({})

    @action(detail=True, methods=["post"])
    def order(self, request, pk):
        return Response({})

    @action(detail=True, methods=["post"])
    def count(self, request, pk):
        counted = Count(data=request.data)
        return Response(counted.is_valid())


@api_view(["POST"])
def weigh(request):
    return Response(Weight(data=request.data).is_valid())


class Tickets(View):
    def get(self, request):
        return HttpResponse()

    def post(self, request):
        return HttpResponse()


@require_http_methods(["POST"])
def close(request, pk):
    return HttpResponse()


@require_http_methods(["GET", "HEAD"])
def show(request, year, number):
    return HttpResponse()


router = routers.DefaultRouter()
router.register("parts", Parts, basename="part")
tickets = [
    path("", Tickets.as_view()),
    re_path(r"^(?P<year>[0-9]{4})/(?P<number>\d+)/$", show),
    path("<uuid:pk>/close/", close),
]
urlpatterns = [path("tickets/", include(tickets)), path("api/weigh/", weigh), path("api/", include(router.urls))]
application = get_wsgi_application()
