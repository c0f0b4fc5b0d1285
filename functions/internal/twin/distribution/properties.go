package distribution

import "primrose/functions/internal/twin/template"

// The resources' properties, as far as they are obeyed. What has no field here is refused, such as
// ForwardedValues, a custom error page or a viewer-response function.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html
type (
	distributionProperties struct {
		DistributionConfig distributionConfig
		Tags               template.NoBearing // for bills
	}

	distributionConfig struct {
		Aliases              []string
		CacheBehaviors       []cacheBehavior
		CacheTagConfig       struct{ HeaderName string }
		Comment              template.NoBearing // for people
		CustomErrorResponses []errorResponse
		DefaultCacheBehavior cacheBehavior
		Enabled              bool
		HttpVersion          template.NoBearing // the same requests, whatever carries them
		IPV6Enabled          template.NoBearing // the twin has one address
		OriginGroups         struct {
			Items    []originGroup
			Quantity int
		}
		Origins      []originConfig
		PriceClass   template.NoBearing // the twin has one edge
		Restrictions struct {
			GeoRestriction struct {
				RestrictionType string
				Locations       template.NoBearing // of types that are refused
			}
		}
		ViewerCertificate template.NoBearing // the twin's network vouches for every name
	}

	cacheBehavior struct {
		PathPattern             string
		TargetOriginId          string
		ViewerProtocolPolicy    string
		AllowedMethods          []string
		CachedMethods           []string
		CachePolicyId           string
		OriginRequestPolicyId   string
		ResponseHeadersPolicyId string
		FunctionAssociations    []struct{ EventType, FunctionARN string }
		Compress                bool
	}

	errorResponse struct {
		ErrorCode          int
		ErrorCachingMinTTL *int
	}

	originGroup struct {
		Id               string
		FailoverCriteria struct {
			StatusCodes struct {
				Items    []int
				Quantity int
			}
		}
		Members struct {
			Items    []struct{ OriginId string }
			Quantity int
		}
		SelectionCriteria string
	}

	originConfig struct {
		Id                    string
		DomainName            string
		OriginPath            string
		ConnectionAttempts    *int
		ConnectionTimeout     *int
		OriginAccessControlId string
		OriginCustomHeaders   []struct{ HeaderName, HeaderValue string }
		OriginShield          template.NoBearing // one cache more of the same kind
		S3OriginConfig        *struct{ OriginAccessIdentity string }
		CustomOriginConfig    *struct {
			OriginProtocolPolicy   string
			OriginReadTimeout      *int
			OriginKeepaliveTimeout template.NoBearing // how long a connection waits for the next request
			OriginSSLProtocols     []string
		}
	}

	accessProperties struct {
		OriginAccessControlConfig struct {
			Name, Description             template.NoBearing // for people
			OriginAccessControlOriginType string
			SigningBehavior               string
			SigningProtocol               string
		}
	}

	functionProperties struct {
		Name           template.NoBearing // its ARN is made of it
		AutoPublish    bool
		FunctionCode   string
		FunctionConfig struct {
			Comment                   template.NoBearing // for people
			Runtime                   string
			KeyValueStoreAssociations []struct{ KeyValueStoreARN string }
		}
	}

	cachePolicyProperties struct {
		CachePolicyConfig struct {
			Name, Comment                            template.NoBearing // for people
			MinTTL, DefaultTTL, MaxTTL               *int
			ParametersInCacheKeyAndForwardedToOrigin struct {
				EnableAcceptEncodingBrotli bool
				EnableAcceptEncodingGzip   bool
				HeadersConfig              headersConfig
				CookiesConfig              cookiesConfig
				QueryStringsConfig         queryStringsConfig
			}
		}
	}

	requestPolicyProperties struct {
		OriginRequestPolicyConfig struct {
			Name, Comment      template.NoBearing // for people
			HeadersConfig      headersConfig
			CookiesConfig      cookiesConfig
			QueryStringsConfig queryStringsConfig
		}
	}

	headersConfig struct {
		HeaderBehavior string
		Headers        []string
	}

	cookiesConfig struct {
		CookieBehavior string
		Cookies        []string
	}

	queryStringsConfig struct {
		QueryStringBehavior string
		QueryStrings        []string
	}

	headersPolicyProperties struct {
		ResponseHeadersPolicyConfig struct {
			Name, Comment       template.NoBearing // for people
			CustomHeadersConfig struct {
				Items []struct {
					Header, Value string
					Override      bool
				}
			}
			RemoveHeadersConfig   struct{ Items []struct{ Header string } }
			SecurityHeadersConfig struct {
				ContentSecurityPolicy *struct {
					ContentSecurityPolicy string
					Override              bool
				}
				ContentTypeOptions *struct{ Override bool }
				FrameOptions       *struct {
					FrameOption string
					Override    bool
				}
				ReferrerPolicy *struct {
					ReferrerPolicy string
					Override       bool
				}
				StrictTransportSecurity *struct {
					AccessControlMaxAgeSec int
					IncludeSubdomains      bool
					Preload                bool
					Override               bool
				}
			}
		}
	}
)
