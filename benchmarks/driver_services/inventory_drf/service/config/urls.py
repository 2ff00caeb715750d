from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.permissions import AllowAny
from rest_framework.routers import DefaultRouter

from warehouse import views

router = DefaultRouter()
router.register("products", views.ProductViewSet)
router.register("suppliers", views.SupplierViewSet)
router.register("orders", views.PurchaseOrderViewSet, basename="order")

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/register/", views.RegisterView.as_view()),
    path("api/token/", obtain_auth_token),
    path("api/reports/low-stock/", views.low_stock),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
]
