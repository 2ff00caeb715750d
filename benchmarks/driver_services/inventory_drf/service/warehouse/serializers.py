from django.contrib.auth.models import User
from rest_framework import serializers

from .models import OrderLine, Product, PurchaseOrder, Supplier


class RegisterSerializer(serializers.ModelSerializer):
    password = serializers.CharField(write_only=True, min_length=8)

    class Meta:
        model = User
        fields = ["id", "username", "email", "password"]
        extra_kwargs = {"email": {"required": True}}

    def create(self, validated_data):
        return User.objects.create_user(**validated_data)


class SupplierSerializer(serializers.ModelSerializer):
    class Meta:
        model = Supplier
        fields = ["id", "name", "email", "country"]


class ProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ["id", "sku", "name", "price", "stock", "reorder_level", "supplier"]


class AdjustStockSerializer(serializers.Serializer):
    delta = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=["count", "damage", "return"])


class OrderLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderLine
        fields = ["id", "product", "quantity"]


class PurchaseOrderSerializer(serializers.ModelSerializer):
    lines = OrderLineSerializer(many=True)

    class Meta:
        model = PurchaseOrder
        fields = ["id", "supplier", "status", "created_at", "lines"]
        read_only_fields = ["status", "created_at"]

    def validate(self, data):
        for line in data.get("lines", []):
            if line["product"].supplier_id != data["supplier"].id:
                raise serializers.ValidationError({"lines": "All products must come from the supplier of the order"})
        if "lines" in data and not data["lines"]:
            raise serializers.ValidationError({"lines": "At least one line"})
        return data

    def create(self, validated_data):
        lines = validated_data.pop("lines")
        order = PurchaseOrder.objects.create(created_by=self.context["request"].user, **validated_data)
        OrderLine.objects.bulk_create(OrderLine(order=order, **line) for line in lines)
        return order
