from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, status, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from .models import Product, PurchaseOrder, Supplier
from .serializers import (
    AdjustStockSerializer,
    ProductSerializer,
    PurchaseOrderSerializer,
    RegisterSerializer,
    SupplierSerializer,
)


class RegisterView(generics.CreateAPIView):
    serializer_class = RegisterSerializer
    permission_classes = [AllowAny]
    authentication_classes = []


class SupplierViewSet(viewsets.ModelViewSet):
    queryset = Supplier.objects.order_by("id")
    serializer_class = SupplierSerializer


class ProductViewSet(viewsets.ModelViewSet):
    queryset = Product.objects.order_by("id")
    serializer_class = ProductSerializer
    filterset_fields = ["supplier", "sku"]

    @extend_schema(request=AdjustStockSerializer, responses=ProductSerializer)
    @action(detail=True, methods=["post"], url_path="adjust-stock")
    def adjust_stock(self, request, pk=None):
        product = self.get_object()
        serializer = AdjustStockSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if product.stock + serializer.validated_data["delta"] < 0:
            return Response({"detail": "Stock cannot become negative"}, status=status.HTTP_409_CONFLICT)
        product.stock += serializer.validated_data["delta"]
        product.save()
        return Response(ProductSerializer(product).data)


class PurchaseOrderViewSet(
    mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    serializer_class = PurchaseOrderSerializer

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return PurchaseOrder.objects.none()
        return PurchaseOrder.objects.filter(created_by=self.request.user).order_by("-created_at")

    def _move(self, wanted, new):
        order = self.get_object()
        if order.status != wanted:
            return None, Response({"detail": f"Order is {order.status}, not {wanted}"}, status=409)
        order.status = new
        order.save()
        return order, Response(PurchaseOrderSerializer(order).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request, pk=None):
        return self._move("draft", "submitted")[1]

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def receive(self, request, pk=None):
        order, response = self._move("submitted", "received")
        if order:
            for line in order.lines.all():
                Product.objects.filter(pk=line.product_id).update(stock=F("stock") + line.quantity)
        return response


@extend_schema(responses=ProductSerializer(many=True))
@api_view(["GET"])
def low_stock(request):
    products = Product.objects.filter(stock__lte=F("reorder_level"))
    return Response(ProductSerializer(products, many=True).data)
