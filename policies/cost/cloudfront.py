"""CloudFront: where its edges are paid for."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import one_of, param

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"

PRICE_CLASS = Rule(
    id="cost-cloudfront-priceclass",
    pack="cost",
    severity="low",
    types=(DISTRIBUTION,),
    what="A distribution is served from the regions of the world where its users are.",
    why="Where nothing is said it is served from everywhere, and the far regions cost twice as much.",
    fix=Fix(
        "Set price_class (100: North America, Europe; 200: most others too).",
        python='price_class="PriceClass_100"',
        yaml="priceClass: PriceClass_100",
    ),
    parameters=(
        Parameter(
            "allowed",
            ["PriceClass_100", "PriceClass_200"],
            "Price classes that may be used; add PriceClass_All for users everywhere.",
            "array",
        ),
    ),
    check=one_of("priceClass", param("allowed")),  # PriceClass_All is the default
    passing=(
        {"priceClass": "PriceClass_100"},
        {"priceClass": "PriceClass_200"},
        example(
            Given(DISTRIBUTION, "edge", {"priceClass": "PriceClass_All"}), parameters={"allowed": ["PriceClass_All"]}
        ),
    ),
    failing=({}, {"priceClass": "PriceClass_All"}, {"priceClass": None}, {"priceClass": ""}),
)
